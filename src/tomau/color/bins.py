"""The a*b* plane as a set of colours to choose from, for networks that answer a distribution."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tomau.color.spaces import srgb_to_lab

if TYPE_CHECKING:
    from numpy.typing import NDArray

BIN_STEP = 10.0
"""Distance of neighbouring bins in units of a* and b*."""

_REACH = 12  # the grid spans -120..120: every corner of a cell that sRGB reaches
_RGB_LEVELS = 65


@lru_cache(maxsize=1)
def ab_bins() -> NDArray[np.float32]:
    """Return the colours of all bins, (305, 2): corners of the 10-unit cells that sRGB reaches.

    A colour lies between four bins, and a bilinear mixture of them has exactly its a* and b*.
    Cells that only the outermost colours touch (one in ten thousand) borrow the nearest bins.

    Source: Zhang, Isola, Efros, Colorful Image Colorization, ECCV 2016, section 2.1, where the
    set is the 313 grid points near the colours that photographs have.
    """
    levels = np.linspace(0, 1, _RGB_LEVELS, dtype=np.float32)
    rgb = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    cells = np.unique(np.floor(srgb_to_lab(rgb)[:, 1:] / BIN_STEP).astype(np.int64), axis=0)
    corners = np.concatenate([cells + step for step in ((0, 0), (0, 1), (1, 0), (1, 1))])
    return (np.unique(corners, axis=0) * BIN_STEP).astype(np.float32)


@lru_cache(maxsize=1)
def bin_grid() -> NDArray[np.int64]:
    """Return the number of the nearest bin for each grid point, (25, 25), a* by row, b* by column.

    Row and column are ``value / 10 + 12``.
    """
    ticks = (np.arange(2 * _REACH + 1) - _REACH) * BIN_STEP
    grid = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).astype(np.float32)
    squares = ((grid[:, :, np.newaxis] - ab_bins()) ** 2).sum(axis=-1)
    nearest: NDArray[np.int64] = squares.argmin(axis=-1)
    return nearest
