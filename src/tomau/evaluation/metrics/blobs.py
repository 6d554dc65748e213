"""Patches of colour that no part of the photograph justifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.evaluation.metrics.arrays import require_same_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

PERCENTILE = 99.9
EXCESS = 1.5
LEAST_THRESHOLD = 20.0
"""Chroma of muted colours, which nobody calls a blob, even on a photograph that is nearly gray."""


def blob_threshold(truth_ab: NDArray[np.floating]) -> float:
    """Chroma above which a pixel counts as a blob: 1.5 times the truth's 99.9th percentile.

    The percentile is that of the one photograph ``truth_ab`` (H, W, 2). Over a set of photographs
    it would come to about 100, and half as much again lies outside sRGB: nothing could exceed it.

    >>> blob_threshold(np.full((4, 4, 2), (30.0, 40.0)))
    75.0
    """
    percentile = np.percentile(np.hypot(truth_ab[..., 0], truth_ab[..., 1]), PERCENTILE)
    return max(EXCESS * float(percentile), LEAST_THRESHOLD)


def blob_rate(ab: NDArray[np.floating], truth_ab: NDArray[np.floating]) -> float:
    """Share of the pixels of ab (H, W, 2) whose chroma exceeds `blob_threshold` of the truth.

    Raises:
        UsageError: the arrays differ in shape.

    >>> blob_rate(np.array([[[90.0, 0.0], [5.0, 0.0]]]), np.full((1, 2, 2), (30.0, 40.0)))
    0.5
    """
    require_same_shape(ab, truth_ab, channels=2)
    return float(np.mean(np.hypot(ab[..., 0], ab[..., 1]) > blob_threshold(truth_ab)))
