"""Colours that a place in a picture might have, by the network's own distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tomau.color import render_u8
from tomau.color.bins import ab_bins
from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.runtime.prediction import Prediction

_STRIDE = 8
_APART = 22.0  # of ab: nearer colours count as one


@dataclass(frozen=True)
class Suggestion:
    """A colour, and how probable it and those like it are.

    Attributes:
        rgb: sRGB, 0..255, at the place's own luminance.
        ab: a* and b* that were meant; ``rgb`` may be duller where sRGB ends.
        share: 0..1.
    """

    rgb: tuple[int, int, int]
    ab: tuple[float, float]
    share: float


def suggest(
    prediction: Prediction, x: float, y: float, *, count: int = 6
) -> tuple[Suggestion, ...]:
    """Name the most probable colours of a place, the best first, none much like another.

    Args:
        prediction: of a network that takes hints.
        x: of the place, 0 at the left edge to 1 at the right.
        y: 0 at the top edge to 1 at the bottom.
        count: at most so many.

    Raises:
        UsageError: the place lies outside, or the network tells no distribution.
    """
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise UsageError(f"a place at {x:g}, {y:g} came; expected shares of the sides, 0 to 1")
    if prediction.classes is None:
        raise UsageError(
            "suggestions were asked of a model that tells none; expected a model whose card says "
            '"hints": true (see: tomau models info)'
        )
    height, width = prediction.l.shape
    row, column = min(int(y * height), height - 1), min(int(x * width), width - 1)
    logits = prediction.classes[row // _STRIDE, column // _STRIDE]
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    bins = ab_bins()
    near = np.linalg.norm(bins[:, np.newaxis] - bins, axis=2) < _APART
    found: list[Suggestion] = []
    while len(found) < count and shares.any():
        group = near[int((near @ shares).argmax())]
        share = float(shares[group].sum())
        ab = shares[group] @ bins[group] / share
        l = prediction.l[row : row + 1, column : column + 1]
        rgb = render_u8(l, ab.astype(np.float32).reshape(1, 1, 2))[0, 0]
        red, green, blue = (int(value) for value in rgb)
        found.append(Suggestion((red, green, blue), (float(ab[0]), float(ab[1])), share))
        shares = np.where(group, 0, shares)
    return tuple(found)
