"""Mean chroma: how far from gray a picture is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def mean_chroma(ab: NDArray[np.floating]) -> float:
    """Mean of C*ab = sqrt(a*^2 + b*^2) over the pixels of ab (H, W, 2).

    Source: CIE 15:2004, section 8.2.1.2.

    >>> mean_chroma(np.array([[[3.0, 4.0], [0.0, 0.0]]]))
    2.5
    """
    return float(np.hypot(ab[..., 0].astype(np.float64), ab[..., 1]).mean())
