"""How much chroma changes per unit of luminance in fine detail: a local regression.

Source: the regression of chroma on luminance follows He et al., "Guided Image Filtering", ECCV
2010, equations (5) and (6), applied to second differences in place of patches and damped by the
part of chroma that luminance does not explain. Constants were chosen on the Kodak pictures by
`benchmarks/chroma_upsampling.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tomau.color.spaces import Plane
from tomau.color.threads import Apply

# The regression: how far its slope is believed, how much the unexplained part of chroma damps
# it, and the variance of L* below which it fades. Moments are smoothed by 1-2-1 twice.
_SHARE, _UNEXPLAINED, _FLOOR = 0.65, 2.0, 0.5
# Two Laplacians and two smoothings see so many rows beyond their own.
_REACH = 4
# Pixels of a part: its dozen planes stay in a processor's cache.
_PART_PIXELS = 1 << 16


def slopes(planes: Plane, apply: Apply = map) -> Plane:
    """Return the slopes of a* and b* on L*.

    Args:
        planes: ``[3, h, w]`` float32: L*, a*, b*.
        apply: ``map``, or an executor's.

    Returns:
        ``[2, h, w]`` float32.
    """
    height, width = planes.shape[1:]
    out = np.empty((2, height, width), np.float32)

    def work(part: slice) -> None:
        top = max(part.start - _REACH, 0)
        with_border = slice(top, min(part.stop + _REACH, height))
        made = _slopes_of_part(planes[:, with_border])
        out[:, part] = made[:, part.start - top : part.stop - top]

    list(apply(work, parts(height, max(16, _PART_PIXELS // width))))
    return out


def parts(height: int, rows: int) -> Iterator[slice]:
    """Part ``height`` rows into slices of ``rows``, the last one shorter."""
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))


def _slopes_of_part(planes: Plane) -> Plane:
    l, a, b = _laplacian(_laplacian(np.ascontiguousarray(planes)))
    moments = np.empty((5, *l.shape), np.float32)
    pairs = ((l, l), (l, a), (l, b), (a, a), (b, b))
    for moment, (one, other) in zip(moments, pairs, strict=True):
        np.multiply(one, other, out=moment)
    for _ in range(2):
        _smooth_columns(moments)
        _smooth_rows(moments)
    moments *= np.float32(1 / 256)
    return _slope(moments[1:3], moments[0], moments[3:])


def _laplacian(planes: Plane) -> Plane:
    """Return each sample less the mean of its four neighbours, edges repeated."""
    around = _along_columns(planes)
    around += _along_rows(planes)
    around *= np.float32(-0.25)
    around += planes
    return around


def _along_columns(planes: Plane) -> Plane:
    """Return the sum of the samples above and below each, edges repeated."""
    out = np.empty_like(planes)
    last = planes.shape[1] - 1
    np.add(planes[:, :-2], planes[:, 2:], out=out[:, 1:-1])
    for edge in {0, last}:
        above, below = planes[:, max(edge - 1, 0)], planes[:, min(edge + 1, last)]
        np.add(above, below, out=out[:, edge])
    return out


def _along_rows(planes: Plane) -> Plane:
    """Return the sum of the samples to the left and right of each, edges repeated.

    As one long line, and the ends of rows anew: four times as fast as row by row.
    """
    out = np.empty_like(planes)
    line, last = planes.reshape(-1), planes.shape[2] - 1
    np.add(line[:-2], line[2:], out=out.reshape(-1)[1:-1])
    for edge in {0, last}:
        left, right = planes[..., max(edge - 1, 0)], planes[..., min(edge + 1, last)]
        np.add(left, right, out=out[..., edge])
    return out


def _smooth_columns(planes: Plane) -> None:
    """Filter each column by 1-2-1, four times too large, edges repeated, in place."""
    last = planes.shape[1] - 1
    top = planes[:, 0] * np.float32(3) + planes[:, min(1, last)]
    bottom = planes[:, last] * np.float32(3) + planes[:, max(last - 1, 0)]
    pairs = planes[:, :-1] + planes[:, 1:]
    np.add(pairs[:, :-1], pairs[:, 1:], out=planes[:, 1:-1])
    planes[:, 0], planes[:, last] = top, bottom


def _smooth_rows(planes: Plane) -> None:
    """Filter each row likewise; as one long line, and its ends anew (see `_along_rows`)."""
    line, last = planes.reshape(-1), planes.shape[2] - 1
    left = planes[..., 0] * np.float32(3) + planes[..., min(1, last)]
    right = planes[..., last] * np.float32(3) + planes[..., max(last - 1, 0)]
    pairs = line[:-1] + line[1:]
    np.add(pairs[:-1], pairs[1:], out=line[1:-1])
    planes[..., 0], planes[..., last] = left, right


def _slope(product: Plane, variance: Plane, own_variance: Plane) -> Plane:
    """Return d(channel)/dL of fine detail from smoothed moments, which are overwritten.

    Args:
        product: ``[2, h, w]``, of the detail of L* and of a*, b*.
        variance: ``[h, w]``, of the detail of L*, kept.
        own_variance: ``[2, h, w]``, of the detail of a*, b*.
    """
    # The part of the channel's own variance that the regression leaves over.
    explained = product * product
    explained /= variance + np.float32(1e-3)
    own_variance -= explained
    np.clip(own_variance, 0, np.inf, out=own_variance)  # np.maximum takes twice as long
    own_variance *= np.float32(_UNEXPLAINED)
    own_variance += variance
    own_variance += np.float32(_FLOOR)
    product *= np.float32(_SHARE)
    product /= own_variance
    return product
