"""Pillow's many modes, brought to three: L, RGB, or CMYK/LAB that wait for their profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, TiffImagePlugin

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS_PER_SAMPLE = 258
_PHOTOMETRIC = 262
_WHITE_IS_ZERO = 0


@dataclass(frozen=True)
class Depth:
    """How the file stored its samples, read before the pixels are decoded."""

    bits: int
    white_is_zero: bool


def sample_depth(image: Image.Image) -> Depth:
    """Find out how many bits a channel of a file's picture has; ``image`` is not loaded yet."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        bits = image.tag_v2.get(_BITS_PER_SAMPLE, (1,))
        return Depth(max(bits), image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO)
    # Pillow keeps the high byte only and tells nobody; the decoder's arguments give it away.
    tiles = getattr(image, "tile", ())
    is_deep = image.mode.startswith("I") or any(";16" in str(tile[3]) for tile in tiles)
    return Depth(16 if is_deep else 8, white_is_zero=False)


def separate(
    image: Image.Image, depth: Depth
) -> tuple[Image.Image, Image.Image | None, tuple[str, ...]]:
    """Part a loaded image into colour (L, RGB, CMYK or LAB) and alpha (L or None), 8 bits each.

    Also answers notes on what 8 bits could not hold.
    """
    if image.mode.startswith("I") or image.mode == "F":
        gray_u8, note = _to_eight_bits(np.asarray(image), image.mode, depth)
        return Image.fromarray(gray_u8), None, (note,)
    notes = (f"{depth.bits} bits per channel brought to 8",) if depth.bits > 8 else ()
    if image.has_transparency_data:
        whole = image.convert("LA" if image.mode in ("1", "L", "La", "LA") else "RGBA")
        return whole.convert(whole.mode[:-1]), whole.getchannel("A"), notes
    if image.mode == "1":
        return image.convert("L"), None, notes
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image, None, notes
    return image.convert("RGB"), None, notes


def _to_eight_bits(
    values: NDArray[np.generic], mode: str, depth: Depth
) -> tuple[NDArray[np.uint8], str]:
    """Bring deep gray to 0..255, and tell how."""
    if mode.startswith("I;16"):
        white = 2 ** min(depth.bits, 16) - 1
        scaled = values.astype(np.float32) / np.float32(white)
        note = f"{depth.bits}-bit gray brought to 8 bits"
    else:
        scaled, note = _unit_range(values.astype(np.float64), is_float=mode == "F")
    if depth.white_is_zero:
        scaled = 1 - scaled
    return np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8), note


def _unit_range(values: NDArray[np.float64], *, is_float: bool) -> tuple[NDArray[np.float64], str]:
    """Bring values whose white nobody knows to 0..1: floats as they are if they fit, else stretch.

    NaN and infinities become black and white.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    kind = "float" if is_float else "32-bit"
    if is_float and low >= 0 and high <= 1:
        low, high, note = 0.0, 1.0, "float gray brought to 8 bits"
    else:
        note = f"{kind} gray from {low:g} to {high:g} stretched to 8 bits"
    span = high - low if high > low else 1.0
    return np.nan_to_num((values - low) / span, nan=0.0, posinf=1.0, neginf=0.0), note
