"""L* of pictures as they come: integers by table, floats by formula."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from tomau.color.spaces import LUMINANCE_WEIGHTS, Plane, lab_f, srgb_to_linear
from tomau.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Pixels worked on at a time: their planes stay in the cache, and a large picture needs no
# large temporary arrays.
_BLOCK_PIXELS = 1 << 15


def luminance(pixels: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.floating]) -> Plane:
    """Return the CIE lightness L* of a picture.

    Args:
        pixels: (H, W) gray or (H, W, 3) sRGB; uint8, uint16, or floating point in 0..1.

    Returns:
        l: (H, W) float32, 0..100. A gray picture and the same picture as RGB give equal values.

    Raises:
        UsageError: another shape or dtype, or floats that are not finite.

    Source: CIE 15:2004 equation (8.3) of Y, and Y by IEC 61966-2-1. Integers go through a table
    of their linear light, which is exact.
    """
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise UsageError(
            f"a picture of shape {pixels.shape} came; expected (H, W) or (H, W, 3): "
            "drop an alpha channel, squeeze a single one"
        )
    is_integer = pixels.dtype in (np.uint8, np.uint16)
    if not is_integer and not np.issubdtype(pixels.dtype, np.floating):
        raise UsageError(
            f"pixels of {pixels.dtype} came; expected uint8, uint16, or floating point in 0..1"
        )
    l = np.empty(pixels.shape[:2], np.float32)
    rows = max(1, _BLOCK_PIXELS // max(1, pixels.shape[1]))
    for top in range(0, len(l), rows):
        block = slice(top, top + rows)
        l[block] = _block_lightness(pixels[block])
    if not is_integer and not np.isfinite(l).all():
        raise UsageError(
            "a picture with NaN or infinite pixels came; expected finite sRGB in 0..1: "
            "replace them, for instance by numpy.nan_to_num"
        )
    return l


def lightness(y: Plane) -> Plane:
    """Return L* (0..100) of relative luminance Y (0..1), any shape.

    Source: CIE 15:2004 equation (8.3).
    """
    l: Plane = lab_f(y)
    l *= 116
    l -= 16
    return l


@cache
def linear_table(levels: int) -> Plane:
    """Return linear light of each of ``levels`` sRGB codes, float32."""
    return srgb_to_linear(np.arange(levels, dtype=np.float32) / np.float32(levels - 1))


@cache
def _weighted_tables(bytes_per_code: int) -> tuple[Plane, Plane, Plane]:
    light = linear_table(256**bytes_per_code)
    red, green, blue = (light * np.float32(weight) for weight in LUMINANCE_WEIGHTS)
    return red, green, blue


@cache
def _lightness_table(bytes_per_code: int) -> Plane:
    return lightness(_sum_channels(*_weighted_tables(bytes_per_code)))


def gray_lightness() -> Plane:
    """Return L* of each 8-bit gray: ``[256]``, what `luminance` answers of it."""
    return _lightness_table(1)


def _block_lightness(pixels: NDArray[Any]) -> Plane:
    if np.issubdtype(pixels.dtype, np.integer):
        if pixels.ndim == 2:
            return np.take(_lightness_table(pixels.dtype.itemsize), pixels)
        tables = _weighted_tables(pixels.dtype.itemsize)
        return lightness(_sum_channels(*(np.take(tables[i], pixels[..., i]) for i in range(3))))
    linear = srgb_to_linear(pixels.astype(np.float32, copy=False))
    channels = [linear] * 3 if linear.ndim == 2 else [linear[..., i] for i in range(3)]
    weighted = (c * np.float32(w) for c, w in zip(channels, LUMINANCE_WEIGHTS, strict=True))
    return lightness(_sum_channels(*weighted))


def _sum_channels(red: Plane, green: Plane, blue: Plane) -> Plane:
    # One order for every kind of picture: so gray is as light as the same gray in RGB.
    return (green + red) + blue
