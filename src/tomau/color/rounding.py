"""To 8 bits with the luminance of the unrounded colour."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tomau.color.luminance import linear_table
from tomau.color.spaces import LUMINANCE_WEIGHTS, Plane, linear_to_srgb

_FINE = 65536
# Red and blue may move by so many codes to carry luminance; more would be seen.
_MOST_CODES = 2


@cache
def _code_table() -> NDArray[np.uint8]:
    """Nearest 8-bit code of each of 65536 steps of linear light: at least 20 steps a code."""
    steps = linear_to_srgb(np.arange(_FINE, dtype=np.float32) / np.float32(_FINE - 1))
    return np.rint(steps * 255).astype(np.uint8)


def _nearest_code(linear: Plane) -> NDArray[np.uint8]:
    """Return the nearest 8-bit code of linear light in 0..1."""
    scaled = linear * np.float32(_FINE - 1)
    scaled += np.float32(0.5)
    # take() is more than twice as fast as indexing.
    return np.take(_code_table(), scaled.astype(np.uint16))


def encode_u8(linear: tuple[Plane, Plane, Plane], out: NDArray[np.uint8]) -> None:
    """Round linear light to 8-bit sRGB, luminance errors carried from green to red to blue.

    Green holds 72 % of luminance, so its rounding costs most: half a code is up to 0.3 L*. Red,
    then blue, are moved by up to two codes to make up for it, which no eye sees as colour. Plain
    rounding costs a mean of 0.065 L*, this a tenth of that.

    Args:
        linear: red, green and blue planes, 0..1; red and blue are overwritten.
        out: ``[H, W, 3]`` uint8, written.
    """
    light = linear_table(256)
    red, green, blue = linear
    red_weight, green_weight, blue_weight = (np.float32(w) for w in LUMINANCE_WEIGHTS)

    out[..., 1] = code = _nearest_code(green)
    missing = green - np.take(light, code)
    missing *= green_weight
    for channel, plane, weight in ((0, red, red_weight), (2, blue, blue_weight)):
        plain = _nearest_code(plane)
        wanted = missing * (1 / weight)
        wanted += plane
        code = _nearest_code(np.clip(wanted, 0, 1, out=wanted))
        lowest = np.maximum(plain, _MOST_CODES) - np.uint8(_MOST_CODES)
        highest = np.minimum(plain, 255 - _MOST_CODES) + np.uint8(_MOST_CODES)
        out[..., channel] = code = np.clip(code, lowest, highest)
        plane -= np.take(light, code)
        plane *= weight
        missing += plane
