"""How well the photograph's own light and shade was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.evaluation.metrics.arrays import require_same_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray


def luminance_error(lab: NDArray[np.floating], truth_lab: NDArray[np.floating]) -> float:
    """Mean of |L* - true L*| over the pixels of two pictures L*a*b* (H, W, 3), in units of L*.

    Raises:
        UsageError: the arrays differ in shape.

    >>> luminance_error(np.full((1, 2, 3), 50.0), np.array([[[49.0, 9, 9], [53.0, 9, 9]]]))
    2.0
    """
    require_same_shape(lab, truth_lab, channels=3)
    return float(np.abs(lab[..., 0].astype(np.float64) - truth_lab[..., 0]).mean())
