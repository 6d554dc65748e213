"""Changes of colour told cell by cell, spread over a picture by the network's guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction

    Floats = NDArray[np.float32]

CELL = 8
"""Side in pixels, at working size, of a cell."""


def spread_cells(prediction: Prediction, change: Floats, trust: Floats) -> Floats:
    """Change the colours of a prediction, each cell's change spread to what is alike and near.

    Args:
        prediction: of a network that takes hints.
        change: (rows, columns, 2), of a* and b*; the cells cover the picture.
        trust: (rows, columns), above 0 to 1: how far a cell is believed beside others.

    Returns:
        ab (h, w, 2) at working size.
    """
    height, width = prediction.ab.shape[:2]
    cells = np.concatenate((change, trust[..., np.newaxis]), axis=2)
    hints = cells.repeat(CELL, axis=0).repeat(CELL, axis=1)[:height, :width]
    hints[..., :2] = (hints[..., :2] + prediction.ab) * hints[..., 2:]
    return prediction.with_hints(np.ascontiguousarray(hints, np.float32))
