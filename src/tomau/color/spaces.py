"""sRGB, linear light and CIE L*a*b* (D65, 2 degrees); float32 comes and goes.

The constants are those of scikit-image, so that numbers agree with the literature's Python code
to four decimals. Sources: IEC 61966-2-1 (transfer curve, primaries), CIE 15:2004 section 8.2.1
(L*a*b*).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from tomau.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Plane: TypeAlias = "NDArray[np.float32]"
"""One channel of a picture, or several; its docstring says which."""

Floats = TypeVar("Floats", np.float32, np.float64)

AB_LIMIT = 110.0
"""The study's chroma range: ab/110 lies in -1..1, and no sRGB colour lies outside."""

_RGBTO_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
# The white is divided out of the matrices once instead of out of every pixel.
TO_XYZ = _RGBTO_XYZ / _WHITE[:, np.newaxis]
FROM_XYZ = (np.linalg.inv(_RGBTO_XYZ) * _WHITE).astype(np.float32)

LUMINANCE_WEIGHTS = tuple(float(weight) for weight in _RGBTO_XYZ[1])
"""Share of linear red, green and blue in the relative luminance Y; they sum to one."""

# Plain floats: they take the dtype of the array they meet.
_F_KNEE = 0.2068966  # 6/29: below it CIE replaces the cube by its tangent
_Y_KNEE = 0.008856  # its cube
_F_SLOPE = 7.787
# Where the root meets the line: with CIE's rounded constants not quite at _Y_KNEE, and a* would
# show the step 500 times enlarged.
_ROOT_KNEE = (_F_SLOPE * _Y_KNEE + 16.0 / 116.0) ** 3
_SRGB_KNEE = 0.04045
_LINEAR_KNEE = 0.0031308

_CHUNK_PIXELS = 1 << 14


def srgb_to_lab(rgb: NDArray[np.floating]) -> Plane:
    """Convert sRGB to L*a*b*.

    Args:
        rgb: (..., 3), sRGB in 0..1.

    Returns:
        lab: (..., 3) float32; L* in 0..100, a* and b* in about -110..110.

    Raises:
        UsageError: the last axis does not hold three channels.

    Source: CIE 15:2004 equations (8.3)-(8.8).

    >>> srgb_to_lab(np.array([[1.0, 0.0, 0.0]])).round(1)
    array([[53.2, 80.1, 67.2]], dtype=float32)
    """
    pixels = _with_three_channels(rgb)
    lab = np.empty(pixels.shape, np.float32)
    flat_rgb, flat_lab = pixels.reshape(-1, 3), lab.reshape(-1, 3)
    for start in range(0, len(flat_rgb), _CHUNK_PIXELS):
        piece = slice(start, start + _CHUNK_PIXELS)
        # a* multiplies a difference by 500: float32 inside would cost 2e-4 of it. In pieces,
        # the wider arithmetic stays in the cache.
        linear = srgb_to_linear(flat_rgb[piece].T.astype(np.float64))
        fx, fy, fz = (lab_f(_weighted(row, *linear)) for row in TO_XYZ)
        flat_lab[piece, 0] = 116.0 * fy - 16.0
        flat_lab[piece, 1] = 500.0 * (fx - fy)
        flat_lab[piece, 2] = 200.0 * (fy - fz)
    return lab


def lab_to_srgb(lab: NDArray[np.floating]) -> Plane:
    """Convert L*a*b* to sRGB without clipping: colours outside the gamut leave 0..1.

    Args:
        lab: (..., 3), L* in 0..100.

    Returns:
        rgb: (..., 3) float32; below zero the transfer curve's straight piece goes on, above one
        its power. To show colours, ``fit_chroma`` and ``compose_float`` keep them in the gamut.

    Raises:
        UsageError: the last axis does not hold three channels.

    Source: CIE 15:2004 appendix D.
    """
    l, a, b = np.moveaxis(_with_three_channels(lab).astype(np.float32, copy=False), -1, 0)
    return linear_to_srgb(np.moveaxis(lab_to_linear(l, a, b), 0, -1))


def srgb_to_linear(rgb: NDArray[Floats]) -> NDArray[Floats]:
    """Undo the sRGB transfer curve; any shape, 0..1 to 0..1, negative values stay linear.

    Source: IEC 61966-2-1 equation (5).
    """
    power = np.maximum(rgb, _SRGB_KNEE)
    power += 0.055
    power *= 1 / 1.055
    np.power(power, 2.4, out=power)
    return np.where(rgb > _SRGB_KNEE, power, rgb * (1 / 12.92))


def linear_to_srgb(linear: NDArray[Floats]) -> NDArray[Floats]:
    """Apply the sRGB transfer curve; any shape, 0..1 to 0..1, negative values stay linear.

    Source: IEC 61966-2-1 equation (9).
    """
    power = np.maximum(linear, _LINEAR_KNEE)
    np.power(power, 1 / 2.4, out=power)
    power *= 1.055
    power -= 0.055
    return np.where(linear > _LINEAR_KNEE, power, linear * 12.92)


def lab_f(ratio: NDArray[Floats]) -> NDArray[Floats]:
    """The cube root, straight near zero, that L*a*b* is made of: f of X/Xn, Y/Yn or Z/Zn.

    Source: CIE 15:2004 equations (8.6)-(8.8).
    """
    # Below the knee the root stands still and the line falls; above it the reverse. Two minima
    # cost a fifth of what np.where does, and as clips half of np.minimum with a number.
    line = np.clip(ratio, -np.inf, _Y_KNEE)
    line -= _Y_KNEE
    line *= _F_SLOPE
    root = np.clip(ratio, _ROOT_KNEE, np.inf)
    np.cbrt(root, out=root)
    root += line
    return root


def lab_f_inverse(f: NDArray[Floats]) -> NDArray[Floats]:
    """X/Xn, Y/Yn or Z/Zn from its f; goes on below zero along the straight piece.

    Source: CIE 15:2004 equations (D.4)-(D.6).
    """
    bent = np.clip(f, _F_KNEE, np.inf)
    ratio = f - bent
    ratio *= 1 / _F_SLOPE
    cube = bent * bent
    cube *= bent
    ratio += cube
    return ratio


def lab_to_linear(l: Plane, a: Plane, b: Plane, out: Plane | None = None) -> Plane:
    """Convert planes of L*, a* and b* to linear red, green and blue, unclipped.

    Planes, not interleaved pixels: arithmetic on contiguous arrays is several times faster. The
    matrix is multiplied term by term: BLAS would round the last pixels of an array otherwise than
    the others, and a picture would depend on how it is parted.

    Args:
        l: any shape, 0..100.
        a: of the same shape.
        b: of the same shape.
        out: ``[3, ...]``, written if given.

    Returns:
        ``[3, ...]``.
    """
    f = np.empty((3, *l.shape), np.float32)
    fx, fy, fz = f
    np.add(l, 16.0, out=fy)
    fy *= 1 / 116.0
    np.multiply(a, 1 / 500.0, out=fx)
    fx += fy
    np.multiply(b, -1 / 200.0, out=fz)
    fz += fy
    xyz = lab_f_inverse(f)
    linear = f if out is None else out.reshape(f.shape)  # f is not needed any more
    term = np.empty_like(l)
    for channel, row in zip(linear, FROM_XYZ, strict=True):
        np.multiply(xyz[0], row[0], out=channel)
        for ratio, weight in zip(xyz[1:], row[1:], strict=True):
            channel += np.multiply(ratio, weight, out=term)
    return linear


def normalize_l(l: Plane) -> Plane:
    """L* 0..100 to the network's -1..1 (the study's L/50 - 1); any shape."""
    return l * np.float32(1 / 50.0) - np.float32(1.0)


def denormalize_l(normalized: Plane) -> Plane:
    """The network's -1..1 to L* 0..100; any shape."""
    return (normalized + np.float32(1.0)) * np.float32(50.0)


def normalize_ab(ab: Plane) -> Plane:
    """Chroma ab to the network's -1..1 (the study's ab/110); any shape."""
    return ab * np.float32(1 / AB_LIMIT)


def denormalize_ab(normalized: Plane) -> Plane:
    """The network's -1..1 to chroma ab in -110..110; any shape."""
    return normalized * np.float32(AB_LIMIT)


def _weighted(
    weights: NDArray[Floats], x: NDArray[Floats], y: NDArray[Floats], z: NDArray[Floats]
) -> NDArray[Floats]:
    total: NDArray[Floats] = x * weights[0]
    total += y * weights[1]
    total += z * weights[2]
    return total


def _with_three_channels(pixels: NDArray[np.floating]) -> NDArray[np.floating]:
    pixels = np.asarray(pixels)
    if pixels.ndim == 0 or pixels.shape[-1] != 3 or not np.issubdtype(pixels.dtype, np.floating):
        raise UsageError(
            f"an array of shape {pixels.shape} of {pixels.dtype} came; expected floating point "
            "with three channels on the last axis: divide integers by their largest value"
        )
    return pixels
