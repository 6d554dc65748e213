"""L*, a* and b* of every pixel to sRGB: into the gamut, then to floats or to 8 bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tomau.color.gamut import linear_in_gamut
from tomau.color.rounding import encode_u8
from tomau.color.spaces import Plane, linear_to_srgb


def compose_float(l: Plane, ab: Plane) -> Plane:
    """Join L* and chroma to sRGB, mapped into the gamut at constant L* and hue.

    Args:
        l: ``[H, W]`` float32, 0..100.
        ab: ``[H, W, 2]`` float32.

    Returns:
        ``[H, W, 3]`` float32 in 0..1 whose L* differs from ``l`` by less than 0.01.
    """
    out = np.empty((*l.shape, 3), np.float32)
    write_float(l, ab[..., 0], ab[..., 1], out)
    return out


def compose_u8(l: Plane, ab: Plane) -> NDArray[np.uint8]:
    """Join L* and chroma to 8-bit sRGB, luminance carried through rounding (see `encode_u8`).

    Args:
        l: ``[H, W]`` float32, 0..100.
        ab: ``[H, W, 2]`` float32.

    Returns:
        ``[H, W, 3]`` uint8.
    """
    out = np.empty((*l.shape, 3), np.uint8)
    write_u8(l, ab[..., 0], ab[..., 1], out)
    return out


def write_float(l: Plane, a: Plane, b: Plane, out: Plane) -> None:
    """Do as `compose_float`, from planes ``[...]`` into contiguous ``[..., 3]``."""
    flat = out.reshape(-1, 3)
    for pixels, linear in linear_in_gamut(l, a, b):
        flat[pixels] = linear_to_srgb(linear).T


def write_u8(l: Plane, a: Plane, b: Plane, out: NDArray[np.uint8]) -> None:
    """Do as `compose_u8`, from planes ``[...]`` into contiguous ``[..., 3]``."""
    flat = out.reshape(-1, 3)
    for pixels, linear in linear_in_gamut(l, a, b):
        flat[pixels] = encode_u8(linear)
