"""Colour hints as planes that a network reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

HINT_CHANNELS = 3
"""Planes of a hint picture: ab/110 where the mask is 1 and 0 elsewhere, then the mask."""


def paint_hints(ab: Tensor, patches: NDArray[np.int64]) -> Tensor:
    """Reveal the mean chroma of each patch.

    Args:
        ab: ``[N, 2, H, W]``, ab/110.
        patches: ``[M, 4]``: photo, top, left, side; later ones cover earlier ones.

    Returns:
        ``[N, 3, H, W]``: ab times the mask, and the mask.
    """
    hints = ab.new_zeros(ab.shape[0], HINT_CHANNELS, *ab.shape[2:])
    for photo, top, left, side in patches.tolist():
        place = (photo, slice(None), slice(top, top + side), slice(left, left + side))
        hints[place][:2] = ab[place].mean(dim=(1, 2), keepdim=True)
        hints[place][2:] = 1
    return hints
