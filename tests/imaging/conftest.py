"""Small pictures made by code, and their bytes as files."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def ramp_u8() -> NDArray[np.uint8]:
    """Gray (24, 32) uint8: every row and every column differs, so that a turn is seen."""
    rows, columns = np.mgrid[0:24, 0:32]
    return (rows * 6 + columns * 3).astype(np.uint8)


@pytest.fixture(scope="session")
def rgb_u8(ramp_u8: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours (24, 32, 3) uint8 that change slowly, as JPEG likes it."""
    return np.dstack([ramp_u8, ramp_u8[::-1], ramp_u8[:, ::-1]])


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Encode an array or Pillow image as a file with Pillow itself: the other side of each test."""

    def encode_with_pillow(picture: Image.Image | NDArray[Any], name: str, **options: Any) -> bytes:
        image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
        buffer = io.BytesIO()
        image.save(buffer, name, **options)
        return buffer.getvalue()

    return encode_with_pillow


@pytest.fixture
def without_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra ``formats``."""
    for package in ("imagecodecs", "pillow_heif", "rawpy", "tifffile"):
        monkeypatch.setitem(sys.modules, package, None)  # type: ignore[arg-type]  # as if absent
