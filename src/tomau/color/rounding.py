"""To 8 bits with the luminance of the unrounded colour."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tomau.color.luminance import linear_table
from tomau.color.spaces import LUMINANCE_WEIGHTS, Plane, linear_to_srgb

_FINE = 65536
_HALF = np.float32(0.5)
# numpy takes four times as long where bounds of 8-bit codes are no 8-bit numbers themselves.
_BLACK, _WHITE = np.uint8(0), np.uint8(255)
# Red and blue may move by so many codes to carry luminance; more would be seen.
_MOST_CODES = np.uint8(2)
# Pixels whose planes stay in a processor's cache while they are rounded.
_BLOCK_PIXELS = 1 << 15


@cache
def _code_table() -> NDArray[np.uint8]:
    """Nearest 8-bit code of each of 65536 steps of linear light: at least 20 steps a code."""
    steps = linear_to_srgb(np.arange(_FINE, dtype=np.float32) / np.float32(_FINE - 1))
    return np.rint(steps * 255).astype(np.uint8)


@cache
def _light_table() -> Plane:
    """Linear light of each 8-bit code, in steps and half a step more."""
    return linear_table(256) * np.float32(_FINE - 1) + _HALF


def _nearest_code(steps: Plane) -> NDArray[np.uint8]:
    """Return the nearest 8-bit code of linear light in steps, 0..65535, and half a step more."""
    # take() is more than twice as fast as indexing.
    return np.take(_code_table(), steps.astype(np.uint16))


def encode_u8(linear: Plane) -> NDArray[np.uint8]:
    """Round linear light to 8-bit sRGB, luminance errors carried from green to red to blue.

    Green holds 72 % of luminance, so its rounding costs most: half a code is up to 0.3 L*. Red,
    then blue, are moved by up to two codes to make up for it, which no eye sees as colour. Plain
    rounding costs a mean of 0.065 L*, this a tenth of that.

    Args:
        linear: ``[3, pixels]`` in 0..1; overwritten.

    Returns:
        ``[pixels, 3]`` uint8.
    """
    out = np.empty(linear.shape[::-1], np.uint8)
    for start in range(0, len(out), _BLOCK_PIXELS):
        block = slice(start, start + _BLOCK_PIXELS)
        _encode_block(linear[:, block], out[block])
    return out


def _encode_block(linear: Plane, out: NDArray[np.uint8]) -> None:
    light = _light_table()
    red_weight, green_weight, blue_weight = (np.float32(w) for w in LUMINANCE_WEIGHTS)
    linear *= np.float32(_FINE - 1)
    linear += _HALF  # so that cutting off rounds
    plain = _nearest_code(linear)

    def carry(channel: int, missing: Plane, weight: np.float32) -> NDArray[np.uint8]:
        """Round a channel so that it makes up for missing luminance, and write it."""
        wanted = missing * (1 / weight)
        wanted += linear[channel]
        code = _nearest_code(np.clip(wanted, _HALF, _FINE - _HALF, out=wanted))
        lowest = np.clip(plain[channel], _MOST_CODES, _WHITE) - _MOST_CODES
        highest = np.clip(plain[channel], _BLACK, _WHITE - _MOST_CODES) + _MOST_CODES
        np.maximum(code, lowest, out=code)
        np.minimum(code, highest, out=code)
        out[:, channel] = code
        return code

    out[:, 1] = plain[1]
    missing = linear[1] - np.take(light, plain[1])
    missing *= green_weight
    red_error = linear[0] - np.take(light, carry(0, missing, red_weight))
    red_error *= red_weight
    missing += red_error
    carry(2, missing, blue_weight)
