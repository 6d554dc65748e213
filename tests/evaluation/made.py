"""Pictures made by code, for the tests of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


def made_photo(seed: int, height: int = 40, width: int = 60) -> Pixels:
    """Coloured blobs and a gradient, (H, W, 3) uint8."""
    random = np.random.default_rng(seed)
    blobs = Image.fromarray(random.integers(0, 256, (4, 6, 3), dtype=np.uint8))
    return np.asarray(blobs.resize((width, height), Image.Resampling.BICUBIC))


def save(pixels: Pixels, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def bluish(gray_u8: Pixels) -> Pixels:
    """A way of colourizing: everything a little blue."""
    gray = gray_u8.astype(np.float64)
    return np.dstack([gray * 0.85, gray * 0.95, np.minimum(gray * 1.2, 255)]).astype(np.uint8)


def orange(gray_u8: Pixels) -> Pixels:
    """Another: everything strongly orange."""
    gray = gray_u8.astype(np.float64)
    return np.dstack([np.minimum(gray * 1.4, 255), gray * 0.8, gray * 0.3]).astype(np.uint8)
