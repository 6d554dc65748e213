"""The study's error: how far the chroma of an answer lies from that of the truth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tomau.evaluation.metrics.arrays import require_same_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray


def chroma_mse(ab: NDArray[np.floating], truth_ab: NDArray[np.floating]) -> float:
    """Mean squared error over both chroma channels and all pixels of ab (H, W, 2), about -110..110.

    Raises:
        UsageError: the arrays differ in shape.

    Source: the study, equation (15), with H * W in place of 256^2.

    >>> chroma_mse(np.zeros((1, 2, 2)), np.full((1, 2, 2), 3.0))
    9.0
    """
    require_same_shape(ab, truth_ab, channels=2)
    difference = ab.astype(np.float64) - truth_ab
    return float(np.mean(difference**2))


def chroma_rmse(ab: NDArray[np.floating], truth_ab: NDArray[np.floating]) -> float:
    """Root of chroma_mse, in units of a* and b*.

    Raises:
        UsageError: the arrays differ in shape.

    Source: the study, equation (16).
    """
    return math.sqrt(chroma_mse(ab, truth_ab))
