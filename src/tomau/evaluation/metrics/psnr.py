"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tomau.evaluation.metrics.arrays import require_same_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray


def psnr(
    rgb: NDArray[np.floating], truth_rgb: NDArray[np.floating], *, data_range: float = 1.0
) -> float:
    """Peak signal-to-noise ratio in dB of sRGB (H, W, 3) in 0..data_range; equal pictures: inf.

    The squared error is taken over all three channels together.

    Raises:
        UsageError: the arrays differ in shape.

    Source: 10 log10(data_range^2 / MSE).

    >>> psnr(np.zeros((1, 1, 3)), np.full((1, 1, 3), 0.1)).__round__(6)
    20.0
    """
    require_same_shape(rgb, truth_rgb, channels=3)
    mse = float(np.mean((rgb.astype(np.float64) - truth_rgb) ** 2))
    return math.inf if mse == 0 else 10 * math.log10(data_range**2 / mse)
