"""Pictures as every evaluation sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pixels: TypeAlias = "NDArray[np.uint8]"
"""sRGB (H, W, 3) uint8; gray pictures are (H, W)."""

STUDY_SIZE = 256
"""The study's pictures are squeezed to 256x256, whatever their shape."""


def resize_for_protocol(rgb_u8: Pixels, size: int | None) -> Pixels:
    """Squeeze a picture (H, W, 3) uint8 to size x size with Pillow's bicubic; None leaves it."""
    if size is None or rgb_u8.shape[:2] == (size, size):
        return rgb_u8
    image = Image.fromarray(rgb_u8).resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(image)


def to_float(rgb_u8: Pixels) -> NDArray[np.float32]:
    """Pixels uint8 as float32 in 0..1."""
    return rgb_u8.astype(np.float32) / np.float32(255)
