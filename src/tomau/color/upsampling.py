"""Chroma from working size to full size, guided by the full-resolution luminance.

Where colour changes, luminance mostly changes with it. At working size a local regression tells
how much a* and b* change per unit of L* in fine detail; at full size the detail of L* that the
working size had lost, times that slope, is the chroma detail to be put back. Enlargements beyond
a factor of 2.8 go by doublings, each with slopes of its own, as far as 8 megapixels.

Source: the regression of chroma on luminance follows He et al., "Guided Image Filtering", ECCV
2010, equations (5) and (6), applied to second differences in place of patches and damped by the
part of chroma that luminance does not explain. Back-projection (Irani and Peleg, "Improving
Resolution by Image Registration", CVGIP 1991, equation (4)) is folded into a filter at working
size. Constants were chosen on the Kodak pictures by `benchmarks/chroma_upsampling.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tomau.color.banded import (
    Taps,
    area_taps,
    by_columns,
    by_rows,
    cubic_taps,
    filter_plane,
    symmetric_taps,
)
from tomau.color.spaces import Plane

Apply = Callable[..., Iterable[Any]]
Rows = Callable[[slice], Plane]
"""L* by rows: the asked ones, ``[rows, W]`` float32 in 0..100."""
Size = tuple[int, int]

# Largest enlargement of one level; above, the picture is doubled first.
_MAX_RATIO = 2 * 2**0.5
# No doubling beyond so many pixels: what is prepared there has to fit into memory.
_MOST_GUIDE_PIXELS = 8_000_000
# Taps beside the middle of the separable filter that undoes "enlarge bicubically, average by
# area" for large ratios; at a ratio r of 1 there is nothing to undo, the share is 1 - 1/r^2.
_INVERSE_TAPS = (-0.143, 0.036)
# The regression: how far its slope is believed, how much the unexplained part of chroma damps
# it, and the variance of L* below which it fades. Moments are smoothed by 1-2-1 twice.
_SHARE, _UNEXPLAINED, _FLOOR = 0.65, 2.0, 0.5
_ROWS_PER_PART = 128


def guide_sizes(small: Size, full: Size) -> list[Size]:
    """Return the sizes at which chroma is doubled on its way, ``small`` first, not the full one."""
    height, width = full
    sizes = [(min(small[0], height), min(small[1], width))]
    while max(height / sizes[-1][0], width / sizes[-1][1]) > _MAX_RATIO:
        double = (min(2 * sizes[-1][0], height), min(2 * sizes[-1][1], width))
        if double[0] * double[1] > _MOST_GUIDE_PIXELS:
            break
        sizes.append(double)
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

    list(apply(reduce, _parts(size[0], _ROWS_PER_PART if full[0] < 4 * size[0] else 16)))
    return out


def _parts(height: int, rows: int) -> Iterator[slice]:
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))


def _neighbours(plane: Plane, axis: int) -> Plane:
    """Return the sum of the samples before and after along an axis, edges repeated."""
    out = np.empty_like(plane)
    source, target = plane.swapaxes(0, axis), out.swapaxes(0, axis)
    last = len(source) - 1
    np.add(source[:-2], source[2:], out=target[1:-1])
    for edge in {0, last}:
        np.add(source[max(edge - 1, 0)], source[min(edge + 1, last)], out=target[edge])
    return out


def _laplacian(plane: Plane) -> Plane:
    """Return each sample of a plane less the mean of its four neighbours."""
    around = _neighbours(plane, 0)
    around += _neighbours(plane, 1)
    around *= np.float32(-0.25)
    around += plane
    return around


def _laplacian_of_laplacian(plane: Plane) -> Plane:
    return _laplacian(_laplacian(plane))


def _sharpening(count: int, ratio: float) -> Taps:
    """Filter so that samples, enlarged by ``ratio`` and averaged by area, come back."""
    near, far = (tap * (1 - 1 / max(ratio, 1.0) ** 2) for tap in _INVERSE_TAPS)
    return symmetric_taps(count, 1 - 2 * near - 2 * far, near, far)


def _smoothing(count: int) -> Taps:
    once = symmetric_taps(count, 1 / 2, 1 / 4)
    return once.after(once)


def _slope(product: Plane, variance: Plane, own_variance: Plane) -> Plane:
    """Return d(channel)/dL of fine detail from smoothed moments, which are overwritten.

    Args:
        product: of the detail of L* and of the channel.
        variance: of the detail of L*, kept.
        own_variance: of the detail of the channel.
    """
    # The part of the channel's own variance that the regression leaves over.
    explained = product * product
    explained /= variance + np.float32(1e-3)
    own_variance -= explained
    np.maximum(own_variance, 0, out=own_variance)
    own_variance *= np.float32(_UNEXPLAINED)
    own_variance += variance
    own_variance += np.float32(_FLOOR)
    product *= np.float32(_SHARE)
    product /= own_variance
    return product


def _slopes(planes: Plane, apply: Apply) -> Plane:
    """Return the slopes of a* and b* on L*, ``[2, h, w]``, of L*, a*, b* ``[3, h, w]``."""
    height, width = planes.shape[1:]
    down, across = by_rows(_smoothing(height)), by_columns(_smoothing(width))
    l, a, b = apply(_laplacian_of_laplacian, planes)

    def moment(pair: tuple[Plane, Plane]) -> Plane:
        return filter_plane(pair[0] * pair[1], down, across)

    ll, la, lb, aa, bb = apply(moment, ((l, l), (l, a), (l, b), (a, a), (b, b)))
    del l, a, b
    return np.stack([*apply(_slope, (la, lb), (ll, ll), (aa, bb))])


class _Enlargement:
    """Planes of one kind, whose rows at full size are made on demand."""

    def __init__(self, planes: Plane, full: Size, ratio: float | None = None) -> None:
        self._planes = planes
        down, across = (cubic_taps(*pair) for pair in zip(full, planes.shape[1:], strict=True))
        if ratio is not None:
            down = down.after(_sharpening(planes.shape[1], ratio))
            across = across.after(_sharpening(planes.shape[2], ratio))
        self._down, self._across = by_rows(down), by_columns(across)

    def rows(self, rows: slice) -> Plane:
        """Return ``[N, rows, W]``."""
        return self._down.rows(self._across.columns(self._planes[:, self._down.inputs(rows)]), rows)


class _Level:
    """One enlargement: everything at the smaller size prepared, rows of the larger on demand."""

    def __init__(self, ab: Plane, l_small: Plane, full: Size, apply: Apply) -> None:
        height, width = l_small.shape
        planes = np.concatenate([l_small[np.newaxis], ab])
        ratio = ((full[0] / height) * (full[1] / width)) ** 0.5
        self._lab = _Enlargement(planes, full, ratio)
        self._slopes = _Enlargement(_slopes(planes, apply), full)

    def rows(self, l: Plane, rows: slice) -> Plane:
        """Return ``[2, rows, W]``: enlarged chroma and the detail that luminance explains."""
        lab = self._lab.rows(rows)
        lost = np.subtract(l, lab[0], out=lab[0])
        detail = self._slopes.rows(rows)
        detail *= lost
        ab = lab[1:]
        ab += detail
        return ab


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
            ab = _doubled(_Level(ab, coarse, fine.shape, apply), fine, apply)
        self._level = _Level(ab, guide, full, apply)

    def rows(self, l: Plane, rows: slice) -> Plane:
        """Return rows of a* and b*, ``[2, rows, W]``, of the picture's L* in the same rows."""
        return self._level.rows(l, rows)


def _reduced(plane: Plane, size: Size, apply: Apply = map) -> Plane:
    return reduce_by_area(plane.__getitem__, plane.shape, size, apply)


def _doubled(level: _Level, l: Plane, apply: Apply) -> Plane:
    parts: Sequence[slice] = [*_parts(len(l), _ROWS_PER_PART)]
    return np.concatenate(list(apply(lambda part: level.rows(l[part], part), parts)), axis=1)


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
