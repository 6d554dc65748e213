"""Structural similarity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.errors import UsageError
from tomau.evaluation.metrics.arrays import require_same_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RADIUS = 5
_SIGMA = 1.5
_WINDOW = 2 * _RADIUS + 1
_K1, _K2 = 0.01, 0.03


def ssim(
    rgb: NDArray[np.floating], truth_rgb: NDArray[np.floating], *, data_range: float = 1.0
) -> float:
    """Mean structural similarity of sRGB (H, W, 3) in 0..data_range, over pixels and channels.

    Gaussian window of sigma 1.5 and 11 x 11 pixels, population covariance; only windows that lie
    wholly inside the picture count.

    Raises:
        UsageError: the arrays differ in shape, or are smaller than the window.

    Source: Wang, Bovik, Sheikh, Simoncelli, Image Quality Assessment: From Error Visibility to
    Structural Similarity, IEEE TIP 13(4), 2004, equation (13), section III.C.
    """
    require_same_shape(rgb, truth_rgb, channels=3)
    if min(rgb.shape[:2]) < _WINDOW:
        raise UsageError(
            f"a picture of {rgb.shape[1]}x{rgb.shape[0]} came; "
            f"SSIM expects at least {_WINDOW}x{_WINDOW} pixels"
        )
    x, y = rgb.astype(np.float64), truth_rgb.astype(np.float64)
    mean_x, mean_y = _gaussian_mean(x), _gaussian_mean(y)
    variance_x = _gaussian_mean(x * x) - mean_x**2
    variance_y = _gaussian_mean(y * y) - mean_y**2
    covariance = _gaussian_mean(x * y) - mean_x * mean_y
    c1, c2 = (_K1 * data_range) ** 2, (_K2 * data_range) ** 2
    similarity = ((2 * mean_x * mean_y + c1) * (2 * covariance + c2)) / (
        (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    )
    return float(similarity.mean())


def _gaussian_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted mean over the window around each pixel that has one, first down, then across."""
    offsets = np.arange(-_RADIUS, _RADIUS + 1)
    weights = np.exp(-0.5 * (offsets / _SIGMA) ** 2)
    weights /= weights.sum()
    height, width = values.shape[0] - 2 * _RADIUS, values.shape[1] - 2 * _RADIUS
    # Sums of shifted views: with a window this small no transform is faster.
    down = sum(weight * values[k : k + height] for k, weight in enumerate(weights))
    return np.asarray(sum(weight * down[:, k : k + width] for k, weight in enumerate(weights)))
