"""Chroma from working size to full size, guided by the full-resolution luminance.

Where colour changes, luminance mostly changes with it. At working size a local regression tells
how much a* and b* change per unit of L* in fine detail; at full size the detail of L* that the
working size had lost, times that slope, is the chroma detail to be put back. Enlargements beyond
a factor of 2.8 go by equal steps, each with slopes of its own, as far as 6 megapixels.

Source: `tomau.color.slopes` for the regression. Back-projection (Irani and Peleg, "Improving
Resolution by Image Registration", CVGIP 1991, equation (4)) is folded into a filter at working
size. Constants were chosen on the Kodak pictures by `benchmarks/chroma_upsampling.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from tomau.color.banded import (
    Banded,
    Taps,
    area_taps,
    by_columns,
    by_rows,
    cubic_taps,
    symmetric_taps,
)
from tomau.color.slopes import parts, slopes
from tomau.color.spaces import Plane
from tomau.color.threads import Apply

Rows = Callable[[slice], Plane]
"""L* by rows: the asked ones, ``[rows, W]`` float32 in 0..100."""
Size = tuple[int, int]

# Largest enlargement of one step.
_MAX_RATIO = 2 * 2**0.5
# No step ends at more pixels than so many: what is prepared there has to fit into memory.
_MOST_GUIDE_PIXELS = 6_000_000
# Taps beside the middle of the separable filter that undoes "enlarge bicubically, average by
# area" for large ratios; at a ratio r of 1 there is nothing to undo, the share is 1 - 1/r^2.
_INVERSE_TAPS = (-0.143, 0.036)
_ROWS_PER_PART = 128
# Pixels of a block: five planes of it stay in a processor's cache.
_BLOCK_PIXELS, _BLOCK_ROWS = 1 << 16, 8


def guide_sizes(small: Size, full: Size) -> list[Size]:
    """Return the sizes that chroma passes on its way, ``small`` first, not the full one.

    Steps are equal, and as few as keep each within a factor of 2.8; the last one is larger where
    the size before it would be more than 6 megapixels.
    """
    height, width = full
    first = (min(small[0], height), min(small[1], width))
    ratio = max(height / first[0], width / first[1])
    steps = max(1, math.ceil(math.log(ratio) / math.log(_MAX_RATIO)))
    most = (_MOST_GUIDE_PIXELS / (first[0] * first[1])) ** 0.5
    sizes = [first]
    for step in range(1, steps):
        factor = min(ratio ** (step / steps), most)
        size = (min(round(first[0] * factor), height), min(round(first[1] * factor), width))
        if size[0] * size[1] > sizes[-1][0] * sizes[-1][1]:
            sizes.append(size)
    return sizes


def reduce_by_area(rows: Rows, full: Size, size: Size, apply: Apply = map) -> Plane:
    """Average a plane that comes by rows down to ``size``, at most its own.

    Args:
        rows: answers any rows of the plane of size ``full``.
        full: height and width.
        size: height and width of the result.
        apply: ``map``, or an executor's.
    """
    if size == full:
        return rows(slice(0, full[0]))
    down = by_rows(area_taps(size[0], full[0]))
    across = by_rows(area_taps(size[1], full[1]))
    out = np.empty(size, np.float32)

    def reduce(part: slice) -> None:
        # As many rows at a time as keep the values independent of who asks.
        made = down.rows(rows(down.inputs(part))[np.newaxis], part)
        out[part] = across.columns(made)[0]

    list(apply(reduce, parts(size[0], _ROWS_PER_PART if full[0] < 4 * size[0] else 16)))
    return out


def _sharpening(count: int, ratio: float) -> Taps:
    """Filter so that samples, enlarged by ``ratio`` and averaged by area, come back."""
    near, far = (tap * (1 - 1 / max(ratio, 1.0) ** 2) for tap in _INVERSE_TAPS)
    return symmetric_taps(count, 1 - 2 * near - 2 * far, near, far)


@lru_cache(maxsize=32)  # the photographs of a folder have few sizes
def _enlarging(small: Size, full: Size, ratio: float | None) -> tuple[Banded, Banded]:
    """Filters by rows and by columns that enlarge, sharpening for a ratio if one is given."""
    down, across = (cubic_taps(*pair) for pair in zip(full, small, strict=True))
    if ratio is not None:
        down = down.after(_sharpening(small[0], ratio))
        across = across.after(_sharpening(small[1], ratio))
    return by_rows(down), by_columns(across)


class _Enlargement:
    """Planes of one kind, whose rows at full size are made on demand."""

    def __init__(self, planes: Plane, full: Size, ratio: float | None = None) -> None:
        self._planes = planes
        self._down, self._across = _enlarging(planes.shape[1:], full, ratio)

    def blocks(self, blocks: Sequence[slice]) -> Iterator[Plane]:
        """Return each block of rows, ``[N, rows, W]``, good until the next one is asked for."""
        down = self._down
        inputs = down.inputs(slice(blocks[0].start, blocks[-1].stop))
        wide = self._across.columns(self._planes[:, inputs])
        rows = max(down.rows_of_pieces(block) for block in blocks)
        scratch = np.empty((len(wide), rows, wide.shape[2]), np.float32)
        for block in blocks:
            own = down.inputs(block)
            given = wide[:, own.start - inputs.start : own.stop - inputs.start]
            yield down.rows(given, block, scratch[:, : down.rows_of_pieces(block)])


class _Level:
    """One enlargement: everything at the smaller size prepared, rows of the larger on demand."""

    def __init__(self, ab: Plane, l_small: Plane, full: Size, apply: Apply) -> None:
        height, width = l_small.shape
        planes = np.concatenate([l_small[np.newaxis], ab])
        ratio = ((full[0] / height) * (full[1] / width)) ** 0.5
        self._lab = _Enlargement(planes, full, ratio)
        self._slopes = _Enlargement(slopes(planes, apply), full)

    def blocks(self, l: Plane, rows: slice) -> Iterator[tuple[slice, Plane]]:
        """Enlarge chroma and add the detail that luminance explains, block by block.

        Args:
            l: ``[rows, W]``, L* of the rows.
            rows: which rows.

        Returns:
            Rows, and their ``[2, rows, W]``, good until the next block is asked for.
        """
        rows = slice(rows.start, rows.start + len(l))
        blocks = list(_blocks(rows, l.shape[1]))
        both = zip(self._lab.blocks(blocks), self._slopes.blocks(blocks), strict=True)
        for block, (lab, detail) in zip(blocks, both, strict=True):
            own = l[block.start - rows.start : block.stop - rows.start]
            lost = np.subtract(own, lab[0], out=lab[0])
            detail *= lost
            lab[1:] += detail
            yield block, lab[1:]

    def rows(self, l: Plane, rows: slice) -> Plane:
        """Return ``[2, rows, W]`` at once."""
        out = np.empty((2, *l.shape), np.float32)
        for block, ab in self.blocks(l, rows):
            out[:, block.start - rows.start : block.stop - rows.start] = ab
        return out


def _blocks(rows: slice, width: int) -> Iterator[slice]:
    """Part rows at multiples of a number that depends on the width alone.

    So the answer does not depend on how many rows come at a time, to the last bit.
    """
    step = max(_BLOCK_PIXELS // width // _BLOCK_ROWS, 1) * _BLOCK_ROWS
    for top in range(rows.start // step * step, rows.stop, step):
        yield slice(max(top, rows.start), min(top + step, rows.stop))


class ChromaUpsampler:
    """Chroma at full size, by rows: the answer does not depend on how many come at a time.

    Args:
        ab_low: ``[h, w, 2]`` float32 at working size, covering the same extent as the picture.
        guide: L* averaged to the last of `guide_sizes`.
        full: height and width of the picture.
        apply: ``map``, or an executor's ``map``, which spreads the preparation over threads.
    """

    def __init__(self, ab_low: Plane, guide: Plane, full: Size, apply: Apply = map) -> None:
        ab = np.ascontiguousarray(np.moveaxis(ab_low, -1, 0), np.float32)
        sizes = guide_sizes(ab_low.shape[:2], full)
        # A working size above the picture's, even in one direction, is reduced first.
        ab = np.stack([_reduced(plane, sizes[0]) for plane in ab])
        guides = [guide]
        for size in sizes[-2::-1]:
            guides.append(_reduced(guides[-1], size, apply))
        for coarse, fine in pairwise(guides[::-1]):
            ab = _stepped(_Level(ab, coarse, fine.shape, apply), fine, apply)
        self._level = _Level(ab, guide, full, apply)

    def rows(self, l: Plane, rows: slice) -> Plane:
        """Return rows of a* and b*, ``[2, rows, W]``, of the picture's L* in the same rows."""
        return self._level.rows(l, rows)

    def blocks(self, l: Plane, rows: slice) -> Iterator[tuple[slice, Plane]]:
        """Return the same block by block: rows, and their a* and b*.

        These are to be used, and may be overwritten, before the next block is asked for.
        """
        return self._level.blocks(l, rows)


def _reduced(plane: Plane, size: Size, apply: Apply = map) -> Plane:
    return reduce_by_area(plane.__getitem__, plane.shape, size, apply)


def _stepped(level: _Level, l: Plane, apply: Apply) -> Plane:
    work = parts(len(l), _ROWS_PER_PART)
    return np.concatenate(list(apply(lambda part: level.rows(l[part], part), work)), axis=1)


def upsample_chroma(ab_low: Plane, l: Plane) -> Plane:
    """Bring chroma to the size of its luminance.

    Args:
        ab_low: ``[h, w, 2]`` float32, covering the same extent as ``l``; any size from 1x1.
        l: ``[H, W]`` float32, L* 0..100.

    Returns:
        ``[H, W, 2]`` float32. Its area average over each pixel of ``ab_low`` is close to that
        pixel.
    """
    guide = _reduced(l, guide_sizes(ab_low.shape[:2], l.shape)[-1])
    ab = ChromaUpsampler(ab_low, guide, l.shape).rows(l, slice(0, len(l)))
    return np.ascontiguousarray(np.moveaxis(ab, 0, 2))


def guided_detail(ab: Plane, l: Plane, stride: int) -> Plane:
    """Replace chroma's fine detail by that which its luminance tells of.

    What a network adds to chroma below a certain size may be grain rather than colour. Averaging
    removes it, and guided enlargement puts edges back where luminance has them.

    Args:
        ab: ``[H, W, 2]`` float32.
        l: ``[H, W]`` float32, L* 0..100.
        stride: side in pixels of the cells that chroma is averaged over; 1 leaves it as it is.

    Returns:
        ``[H, W, 2]`` float32.
    """
    if stride == 1:
        return ab
    height, width = (max(1, round(side / stride)) for side in l.shape)
    planes = (_reduced(plane, (height, width)) for plane in np.moveaxis(ab, 2, 0))
    return upsample_chroma(np.stack([*planes], axis=-1), l)
