"""Several plausible results for one photograph: its colours are a guess, and others are possible.

A network's distribution says of each place which colours it might have. Tilting all of them
towards one hue, by a factor of exp(tilt . ab), moves what is uncertain, a dress or a wall, and
leaves alone what is not, grass or a face: another picture, as plausible as the first.

Source: exponential tilting is textbook (Esscher 1932); its use for variants is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tomau.color.bins import ab_bins
from tomau.edits.spreading import spread_cells
from tomau.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction

    Floats = NDArray[np.float32]

MOST_VARIANTS = 24

# Tilt per unit of ab: a little less than has the least error of the best of five
# (benchmarks/variants.py), so that skin stays skin.
# From six tilted variants on, every other one is half as far.
_TILT, _JITTER = 0.045, 0.15
_RING = 6
# Units of ab by which a network without a distribution is tinted, at middle light, per unit tilt.
_TINT = 130.0


@dataclass(frozen=True)
class Variant:
    """A plausible result other than the automatic one: an `Edit`, which others may follow.

    Attributes:
        tilt: towards which a* and b*, in shares per unit of them; (0, 0) is the automatic result.
    """

    tilt: tuple[float, float]

    def __call__(self, prediction: Prediction, height: int, width: int) -> Prediction:  # noqa: ARG002
        """Change the colours that are uncertain."""
        if not any(self.tilt):
            return prediction
        tilt = np.array(self.tilt, np.float32)
        if prediction.classes is None:
            note = "this model tells no other colours: the variant is a tint of the one it knows"
            ab = prediction.ab + _TINT * _middle(prediction.l)[..., np.newaxis] * tilt
            return replace(prediction, ab=ab, notes=(*prediction.notes, note))
        change = _mean_color(prediction.classes, tilt) - _mean_color(prediction.classes, 0 * tilt)
        return replace(prediction, ab=spread_cells(prediction, change))


def draw_variants(count: int, *, seed: int = 0) -> tuple[Variant, ...]:
    """Draw variants that lie apart from each other, the automatic result first.

    Args:
        count: 1 to `MOST_VARIANTS`.
        seed: the same gives the same, another gives others.

    Raises:
        UsageError: the count is out of range.
    """
    if not 1 <= count <= MOST_VARIANTS:
        raise UsageError(f"{count} variants came; expected 1 to {MOST_VARIANTS}")
    tilted = count - 1
    random = np.random.default_rng(seed)
    first = random.uniform(0, 2 * np.pi)
    found = [Variant((0.0, 0.0))]
    for k in range(tilted):
        angle = first + 2 * np.pi * k / tilted
        length = _TILT * (0.5 if tilted >= _RING and k % 2 else 1)
        length *= random.uniform(1 - _JITTER, 1 + _JITTER)
        found.append(Variant((length * float(np.cos(angle)), length * float(np.sin(angle)))))
    return tuple(found)


def _mean_color(classes: Floats, tilt: Floats) -> Floats:
    """Mean colour (h, w, 2) of logits (h, w, 305), tilted."""
    logits = classes + ab_bins() @ tilt
    shares = np.exp(logits - logits.max(axis=2, keepdims=True))
    mean: Floats = shares @ ab_bins() / shares.sum(axis=2, keepdims=True)
    return mean


def _middle(l: Floats) -> Floats:
    """Return 1 at middle light, 0 at black and white, where no colour is."""
    return 1 - np.square(l / 50 - 1)
