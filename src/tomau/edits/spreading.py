"""Changes of colour told cell by cell, brought to the pixels of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.color import upsample_chroma

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction

    Floats = NDArray[np.float32]

CELL = 8
"""Side in pixels, at working size, of a cell."""


def spread_cells(prediction: Prediction, change: Floats) -> Floats:
    """Change the colours of a prediction, each cell's change led to edges by luminance.

    Args:
        prediction: of any network.
        change: (rows, columns, 2), of a* and b*; the cells cover the picture.

    Returns:
        ab (h, w, 2) at working size.
    """
    height, width = prediction.l.shape
    rows, columns = (side * CELL for side in change.shape[:2])
    l = np.pad(prediction.l, ((0, rows - height), (0, columns - width)), mode="edge")
    corrected: Floats = prediction.ab + upsample_chroma(change, l)[:height, :width]
    return corrected
