"""Colours of references brought to a photograph by what the network sees in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.edits.matching import match, same_things
from tomau.edits.spreading import CELL, spread_cells
from tomau.runtime.hints import enlarged, pooled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tomau.edits.matching import Seen
    from tomau.runtime.prediction import Prediction

    Floats = NDArray[np.float32]

SHARE = 0.45
"""How much is taken of the difference between the colours of alike things and the automatic ones;
chosen on pairs of training photographs (benchmarks/exemplars.py measures over validation ones)."""

_WHOLE, _LEAST = 0.5, 0.4  # the cosine from where on that is taken whole, and what is left below


def deep(prediction: Prediction, references: Sequence[Seen], *, trust: float = 1.0) -> Floats:
    """Correct a prediction by the colours of references.

    What is of the same sort becomes hints, one for each cell of 8 x 8 pixels, the surer the more
    alike, which the network spreads along its guide. What is the very same thing is taken over.

    Args:
        prediction: of the photograph, by a network that takes hints.
        references: one or more, as the same network sees them; at least one opaque cell in all.
        trust: factor on the share of the references' colours; 1 as is usual, 2 to 3 go all the
            way.

    Returns:
        ab (h, w, 2) at working size.

    Raises:
        UsageError: the network tells no features, or takes no hints.
    """
    matches = match(prediction, references)
    height, width = prediction.l.shape
    rows, columns = matches.shape
    border = ((0, rows * CELL - height), (0, columns * CELL - width), (0, 0))
    automatic = pooled(np.pad(prediction.ab, border, mode="edge"), CELL)
    share = np.clip(trust * SHARE * np.clip(matches.likeness / _WHOLE, _LEAST, 1), 0, 1)
    change = share.reshape(rows, columns, 1) * (matches.ab.reshape(rows, columns, 2) - automatic)
    sureness = np.clip(matches.likeness, 0.05, 1).reshape(rows, columns) ** 2
    spread = spread_cells(prediction, change, sureness)
    found, sure = same_things(prediction, references, matches)
    taken = enlarged(sure[..., np.newaxis], found.shape)[:height, :width]
    corrected: Floats = spread + taken * (found[:height, :width] - spread)
    return corrected
