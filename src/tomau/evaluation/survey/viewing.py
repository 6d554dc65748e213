"""Pictures as raters see them: one size, one format, and nothing that tells what made them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from tomau.imaging import read_picture

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

LONG_SIDE = 1600
QUALITY = 92


def viewing_jpeg(source: Path | bytes) -> bytes:
    """JPEG in sRGB, upright, its long side at most 1600 pixels, without metadata.

    Results and true photographs go the same way, so that neither file nor look tells them apart.

    Raises:
        ImageReadError: it is no picture, damaged, or too large.
    """
    return viewing_jpeg_of_pixels(read_picture(source).rgb_u8)


def viewing_jpeg_of_pixels(rgb_u8: NDArray[np.uint8]) -> bytes:
    """The same of pixels, (H, W, 3) sRGB uint8."""
    image = Image.fromarray(rgb_u8)
    image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return stream.getvalue()
