"""The full-resolution stage: luminance and working-size chroma to a finished picture, in strips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tomau.color.colour_table import as_gray, colour_table, locate
from tomau.color.composing import write_float, write_u8
from tomau.color.spaces import Plane
from tomau.color.threads import Apply, over_threads
from tomau.color.upsampling import ChromaUpsampler, Size, guide_sizes, reduce_by_area

# Pixels of a strip, the work of a thread between two looks at what is left.
_STRIP_PIXELS = 262_144
# Each strip prepares some rows above and below itself: thin ones would do little else.
_LEAST_ROWS, _MOST_ROWS = 64, 256
_AB_LIMIT = np.float32(128)


def render_float(
    l: Plane, ab_low: Plane, *, strength: float = 1.0, threads: int | None = None
) -> Plane:
    """Upsample chroma, scale it, join it with L*, map it into sRGB.

    Args:
        l: ``[H, W]`` float32, 0..100, kept within 0.01.
        ab_low: ``[h, w, 2]`` float32 at working size.
        strength: factor on chroma.
        threads: worker threads; by default one per core.

    Returns:
        ``[H, W, 3]`` float32 in 0..1.
    """
    out = np.empty((*l.shape, 3), np.float32)
    _render(l, ab_low, strength, threads, out)
    return out


def render_u8(
    l: Plane, ab_low: Plane, *, strength: float = 1.0, threads: int | None = None
) -> NDArray[np.uint8]:
    """Do as `render_float`, to 8 bits with luminance carried through rounding.

    Args:
        l: ``[H, W]`` float32, 0..100.
        ab_low: ``[h, w, 2]`` float32 at working size.
        strength: factor on chroma.
        threads: worker threads; by default one per core.

    Returns:
        ``[H, W, 3]`` uint8 whose L* differs from ``l`` by less than 0.05 in the mean.
    """
    out = np.empty((*l.shape, 3), np.uint8)
    _render(l, ab_low, strength, threads, out)
    return out


def strips(height: int, width: int) -> Iterator[slice]:
    """Part the rows of a picture into pieces of work for one thread.

    Their number is a power of two that depends on the width alone: bands of 256 rows are parted
    where the whole picture is.
    """
    rows = min(max(_STRIP_PIXELS // width, _LEAST_ROWS), _MOST_ROWS)
    rows = 1 << (rows.bit_length() - 1)
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))


class StripRenderer:
    """The full-resolution stage for pictures that come, and are wanted, by rows.

    Args:
        ab_low: ``[h, w, 2]`` float32 at working size.
        guide: L* averaged to the last of `guide_sizes`, as `reduce_by_area` does.
        full: height and width of the picture.
        strength: factor on chroma.
        apply: ``map``, or an executor's.
    """

    def __init__(
        self,
        ab_low: Plane,
        guide: Plane,
        full: Size,
        *,
        strength: float = 1.0,
        apply: Apply = map,
    ) -> None:
        self._upsampler = ChromaUpsampler(ab_low, guide, full, apply)
        self._strength = np.float32(strength)

    def write_u8(
        self,
        l: Plane,
        rows: slice,
        out: NDArray[np.uint8],
        gray: NDArray[np.uint8] | None = None,
    ) -> None:
        """Write rows ``[rows, W, 3]``, as `render_u8` does, of their L* ``[rows, W]``.

        ``gray`` is the 8-bit gray whose L* came, where it is known; else it is looked for.
        """
        gray = as_gray(l) if gray is None else gray
        if gray is None:
            a, b = self._chroma(l, rows)
            write_u8(l, a, b, out)
            return
        places = np.empty(l.shape, np.int32)
        for block, ab in self._upsampler.blocks(l, rows):
            part = slice(block.start - rows.start, block.stop - rows.start)
            ab *= self._strength
            locate(gray[part], ab, places[part])
        colour_table().write(places, out)

    def write_float(self, l: Plane, rows: slice, out: Plane) -> None:
        """Write rows ``[rows, W, 3]`` as `render_float` does."""
        a, b = self._chroma(l, rows)
        write_float(l, a, b, out)

    def _chroma(self, l: Plane, rows: slice) -> Plane:
        # All rows at once: the few colours outside the gamut are mapped together.
        chroma = np.empty((2, *l.shape), np.float32)
        for block, ab in self._upsampler.blocks(l, rows):
            ab *= self._strength
            part = slice(block.start - rows.start, block.stop - rows.start)
            np.clip(ab, -_AB_LIMIT, _AB_LIMIT, out=chroma[:, part])
        return chroma


def _render(
    l: Plane,
    ab_low: Plane,
    strength: float,
    threads: int | None,
    out: NDArray[Any],
) -> None:
    # numpy and BLAS release the interpreter's lock inside their loops.
    with over_threads(threads or os.cpu_count() or 1) as apply:
        size = guide_sizes(ab_low.shape[:2], l.shape)[-1]
        guide = reduce_by_area(l.__getitem__, l.shape, size, apply)
        renderer = StripRenderer(ab_low, guide, l.shape, strength=strength, apply=apply)
        write = renderer.write_u8 if out.dtype == np.uint8 else renderer.write_float
        list(apply(lambda rows: write(l[rows], rows, out[rows]), strips(*l.shape)))
