"""Into the sRGB gamut by reducing chroma at constant L* and hue, never by clipping channels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tomau.color.spaces import FROM_XYZ, Plane, lab_f_inverse, lab_to_linear

Pixels: TypeAlias = "slice | NDArray[np.intp]"
"""Some pixels of a flattened picture, by number."""

# Bisection steps: the chroma kept is within 1/4096 of the largest that fits.
_STEPS = 12
# Linear light may leave 0..1 by so much and is then clipped, at less than 0.01 L*: near black
# 1e-6 of Y is 0.001 L*, near white 2e-4 is 0.008. The published white and matrix disagree by 1e-4.
_BELOW, _ABOVE = -1e-6, 1 + 2e-4

# Pixels whose planes stay in a processor's cache while they are converted.
_BLOCK_PIXELS = 1 << 16


def _outside(linear: Plane) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    red, green, blue = linear
    low = np.minimum(np.minimum(red, green), blue)
    high = np.maximum(np.maximum(red, green), blue)
    outside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (low < _BELOW) | (high > _ABOVE)
    return outside


def largest_chroma_factor(l: Plane, a: Plane, b: Plane) -> Plane:
    """Return the largest t in 0..1 for which (L*, t a*, t b*) lies inside sRGB, by bisection.

    Args:
        l: L* of colours that are outside, any shape, 0..100.
        a: their a*.
        b: their b*.
    """
    # What `lab_to_linear` computes, without what stays the same from step to step: mostly few
    # pixels come, and then the number of numpy's calls is what takes the time.
    fy = (l.reshape(-1) + np.float32(16)) * np.float32(1 / 116)
    slopes = np.stack([a.reshape(-1) / np.float32(500), b.reshape(-1) / np.float32(-200)])
    x_weights, y_weights, z_weights = FROM_XYZ.T[..., np.newaxis]
    of_y = y_weights * lab_f_inverse(fy)
    inside = np.zeros_like(fy)
    step = np.float32(0.5)
    for _ in range(_STEPS):
        x, z = lab_f_inverse((inside + step) * slopes + fy)
        linear = x * x_weights
        linear += z * z_weights
        linear += of_y
        inside += step * ~_outside(linear)
        step *= np.float32(0.5)
    return inside.reshape(l.shape)


def linear_in_gamut(l: Plane, a: Plane, b: Plane) -> Iterator[tuple[Pixels, Plane]]:
    """Convert L*a*b* planes to linear sRGB in 0..1, chroma reduced where it has to be.

    Pixels come in blocks that stay in a processor's cache, so that what is done with a block finds
    it there. Colours outside the gamut are few: clipped at first, they come again together, as
    they should be, when all blocks have come.

    Args:
        l: any shape, L* 0..100; kept.
        a: a* of the same shape.
        b: b* of the same shape.

    Yields:
        Which of the flattened pixels, and their red, green and blue, ``[3, pixels]``.
    """
    lab = l.ravel(), a.ravel(), b.ravel()
    outside = []
    for start in range(0, l.size, _BLOCK_PIXELS):
        block = slice(start, start + _BLOCK_PIXELS)
        linear = lab_to_linear(*(plane[block] for plane in lab))
        outside.append(start + np.flatnonzero(_outside(linear)))
        yield block, np.clip(linear, 0, 1, out=linear)
    where = np.concatenate(outside) if outside else np.empty(0, np.intp)
    if len(where):
        few_l, few_a, few_b = (plane[where] for plane in lab)
        factor = largest_chroma_factor(few_l, few_a, few_b)
        linear = lab_to_linear(few_l, few_a * factor, few_b * factor)
        yield where, np.clip(linear, 0, 1, out=linear)


def fit_chroma(l: Plane, ab: Plane) -> Plane:
    """Reduce chroma where L*a*b* lies outside sRGB, at constant L* and hue.

    Args:
        l: ``[H, W]`` float32, 0..100.
        ab: ``[H, W, 2]`` float32.

    Returns:
        ``[H, W, 2]`` float32; colours inside sRGB come back unchanged.
    """
    a, b = ab[..., 0], ab[..., 1]
    outside = _outside(lab_to_linear(l, a, b))
    fitted = ab.astype(np.float32)
    if outside.any():
        factor = largest_chroma_factor(l[outside], a[outside], b[outside])
        fitted[outside] *= factor[:, None]
    return fitted
