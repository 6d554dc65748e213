"""Chroma from working size to full size, guided by the full-resolution luminance.

Where colour changes, luminance mostly changes with it. At working size a local regression tells
how much a* and b* change per unit of L* in fine detail; at full size the detail of L* that the
working size had lost, times that slope, is the chroma detail to be put back. Enlargements beyond
a factor of 2.8 go by doublings, each with slopes of its own.

Source: the regression of chroma on luminance follows He et al., "Guided Image Filtering", ECCV
2010, equations (5) and (6), applied to second differences in place of patches and damped by the
part of chroma that luminance does not explain. Back-projection (Irani and Peleg, "Improving
Resolution by Image Registration", CVGIP 1991, equation (4)) is folded into a filter at working
size. Constants were chosen on the Kodak pictures by `benchmarks/chroma_upsampling.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tomau.color.spaces import Plane

Apply = Callable[..., Iterable[Any]]

# Largest enlargement of one level; above, the picture is doubled first.
_MAX_RATIO = 2 * 2**0.5
# Taps beside the middle of the separable filter that undoes "enlarge bicubically, average by
# area" for large ratios; at a ratio r of 1 there is nothing to undo, the share is 1 - 1/r^2.
_INVERSE_TAPS = (-0.143, 0.036)
_CUBIC = -0.5
# The regression: how far its slope is believed, how much the unexplained part of chroma damps
# it, the variance of L* below which it fades, and how often the moments are smoothed.
_SHARE, _UNEXPLAINED, _FLOOR, _SMOOTHINGS = 0.65, 2.0, 0.5, 2


def resize_plane(plane: Plane, height: int, width: int, method: Image.Resampling) -> Plane:
    """Resize one float plane by one of Pillow's filters, which are antialiased when reducing."""
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(image.resize((width, height), method))


def _taps(count: int, source: int) -> tuple[NDArray[np.intp], Plane]:
    """Indices ``[count, 4]`` and weights of the source samples around each of ``count`` centres.

    Source: Keys, "Cubic Convolution Interpolation", 1981, equation (4), a = -0.5.
    """
    centre = (np.arange(count) + 0.5) * (source / count) - 0.5
    first = np.floor(centre).astype(np.intp)
    offset = np.arange(-1, 3)
    distance = np.abs((centre - first)[:, None] - offset)
    a = _CUBIC
    near = (a + 2) * distance**3 - (a + 3) * distance**2 + 1
    far = a * (distance**3 - 5 * distance**2 + 8 * distance - 4)
    weight = np.where(distance < 1, near, far)
    index = first[:, None] + offset
    # Taps beyond the border count nothing, as in Pillow, which enlarges the columns.
    weight *= (index >= 0) & (index < source)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.clip(index, 0, source - 1), weight.astype(np.float32)


def _enlarge_columns(width: int, plane: Plane) -> Plane:
    return resize_plane(plane, plane.shape[0], width, Image.Resampling.BICUBIC)


class _Rows:
    """Planes enlarged to a full width, whose rows are enlarged on demand."""

    def __init__(self, planes: Sequence[Plane], height: int, width: int, apply: Apply) -> None:
        # Pillow enlarges columns (its bicubic kernel is the same); rows come by strips.
        self._planes = list(apply(partial(_enlarge_columns, width), planes))
        self._index, self._weight = _taps(height, planes[0].shape[0])

    def __getitem__(self, place: tuple[int, slice]) -> Plane:
        """Return rows of one plane, ``[rows, W]``."""
        plane = self._planes[place[0]]
        index, weight = self._index[place[1]], self._weight[place[1], :, None]
        out: Plane = plane[index[:, 0]]
        out *= weight[:, 0]
        for tap in range(1, index.shape[1]):
            term = plane[index[:, tap]]
            term *= weight[:, tap]
            out += term
        return out


def _neighbours(plane: Plane, axis: int, *, distance: int = 1) -> Plane:
    """Return the sum of the samples before and after along an axis, edges repeated."""
    out = np.empty_like(plane)
    source, target = plane.swapaxes(0, axis), out.swapaxes(0, axis)
    last = len(source) - 1
    np.add(source[: -2 * distance], source[2 * distance :], out=target[distance:-distance])
    for edge in {*range(min(distance, last + 1)), *range(max(last + 1 - distance, 0), last + 1)}:
        before, after = max(edge - distance, 0), min(edge + distance, last)
        np.add(source[before], source[after], out=target[edge])
    return out


def _smooth(plane: Plane) -> Plane:
    """Smooth a plane by 1-2-1 each way, `_SMOOTHINGS` times, in place."""
    for axis in (0, 1) * _SMOOTHINGS:
        around = _neighbours(plane, axis)
        around *= np.float32(0.25)
        plane *= np.float32(0.5)
        plane += around
    return plane


def _sharpen(ratio: float, plane: Plane) -> Plane:
    """Filter a plane so that, enlarged by ``ratio`` and averaged by area, it comes back."""
    near, far = (np.float32(tap * (1 - 1 / max(ratio, 1.0) ** 2)) for tap in _INVERSE_TAPS)
    for axis in (0, 1):
        middle = plane * (1 - 2 * near - 2 * far)
        middle += near * _neighbours(plane, axis)
        middle += far * _neighbours(plane, axis, distance=2)
        plane = middle
    return plane


def _laplacian(plane: Plane) -> Plane:
    """Return each sample of a plane less the mean of its four neighbours."""
    around = _neighbours(plane, 0)
    around += _neighbours(plane, 1)
    around *= np.float32(-0.25)
    around += plane
    return around


def _laplacian_of_laplacian(plane: Plane) -> Plane:
    return _laplacian(_laplacian(plane))


def _slope(l: Plane, variance: Plane, channel: Plane) -> Plane:
    """Return d(channel)/dL for the fine detail of L*, its smoothed variance, and of a channel."""
    slope = _smooth(l * channel)
    # The part of the channel's own variance that the regression leaves over.
    unexplained = slope * slope
    unexplained /= variance + np.float32(1e-3)
    np.subtract(_smooth(channel * channel), unexplained, out=unexplained)
    np.maximum(unexplained, 0, out=unexplained)
    unexplained *= np.float32(_UNEXPLAINED)
    unexplained += variance
    unexplained += np.float32(_FLOOR)
    slope *= np.float32(_SHARE)
    slope /= unexplained
    return slope


class _Level:
    """One enlargement: everything at the smaller size prepared, rows of the larger on demand."""

    def __init__(self, ab: Sequence[Plane], l_small: Plane, l: Plane, apply: Apply) -> None:
        height, width = l.shape
        ratio = ((height / l_small.shape[0]) * (width / l_small.shape[1])) ** 0.5
        planes = (l_small, *ab)
        l_detail, *ab_detail = apply(_laplacian_of_laplacian, planes)
        variance = _smooth(l_detail * l_detail)
        slopes = apply(partial(_slope, l_detail, variance), ab_detail)
        sharp = apply(partial(_sharpen, ratio), planes)
        self._l = l
        self._planes = _Rows([*sharp, *slopes], height, width, apply)

    def rows(self, rows: slice) -> Plane:
        """Return ``[2, rows, W]``: enlarged chroma and the detail that luminance explains."""
        lost = self._l[rows] - self._planes[0, rows]
        out = np.empty((2, *lost.shape), np.float32)
        for channel in (0, 1):
            np.multiply(self._planes[3 + channel, rows], lost, out=out[channel])
            out[channel] += self._planes[1 + channel, rows]
        return out


class ChromaUpsampler:
    """Chroma at full size, by rows: the answer does not depend on how many come at a time.

    Args:
        ab_low: ``[h, w, 2]`` float32 at working size, covering the same extent as ``l``.
        l: ``[H, W]`` float32, L* 0..100, the guide.
        apply: ``map``, or an executor's ``map``, which spreads the preparation over threads.
    """

    def __init__(self, ab_low: Plane, l: Plane, apply: Apply = map) -> None:
        ab = [np.array(ab_low[..., channel], np.float32) for channel in (0, 1)]
        # A working size above the picture's, even in one direction, is reduced first.
        small = (min(ab_low.shape[0], l.shape[0]), min(ab_low.shape[1], l.shape[1]))
        if small != ab_low.shape[:2]:
            ab = [resize_plane(plane, *small, Image.Resampling.BOX) for plane in ab]
        guides = _guides(l, small)
        for coarse, fine in pairwise(guides[:-1]):
            level = _Level(ab, coarse, fine, apply)
            half = fine.shape[0] // 2
            halves = apply(level.rows, (slice(half), slice(half, None)))
            ab = list(np.concatenate(list(halves), axis=1))
        self._level = _Level(ab, guides[-2], l, apply)

    def rows(self, rows: slice) -> Plane:
        """Return rows of a* and b*, ``[2, rows, W]``."""
        return self._level.rows(rows)


def _guides(l: Plane, small: tuple[int, int]) -> Sequence[Plane]:
    """Return L* at working size, at each doubling, and in full."""
    height, width = l.shape
    guides = [l]
    sizes = [small]
    while max(height / sizes[-1][0], width / sizes[-1][1]) > _MAX_RATIO:
        sizes.append((min(2 * sizes[-1][0], height), min(2 * sizes[-1][1], width)))
    for size in reversed(sizes):
        guides.append(resize_plane(guides[-1], *size, Image.Resampling.BOX))
    return guides[::-1]


def upsample_chroma(ab_low: Plane, l: Plane) -> Plane:
    """Bring chroma to the size of its luminance.

    Args:
        ab_low: ``[h, w, 2]`` float32, covering the same extent as ``l``; any size from 1x1.
        l: ``[H, W]`` float32, L* 0..100.

    Returns:
        ``[H, W, 2]`` float32. Its area average over each pixel of ``ab_low`` is close to that
        pixel.
    """
    return np.ascontiguousarray(np.moveaxis(ChromaUpsampler(ab_low, l).rows(slice(None)), 0, 2))
