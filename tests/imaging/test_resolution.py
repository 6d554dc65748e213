from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.imaging import made
from tomau.imaging import Picture, read_picture, write_picture
from tomau.imaging.resolution import exif_resolution, exif_with_resolution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def tags(across: float, down: float, unit: int | None) -> Image.Exif:
    exif = Image.Exif()
    exif[282], exif[283] = across, down
    if unit is not None:
        exif[296] = unit
    return exif


@pytest.mark.parametrize(
    ("unit", "expected"), [(2, (300, 200)), (3, (762, 508)), (None, (300, 200)), (1, None)]
)
def test_units(unit: int | None, expected: tuple[float, float] | None) -> None:
    assert exif_resolution(tags(300, 200, unit)) == (expected and pytest.approx(expected))


def test_nothing_is_told_where_nothing_stands() -> None:
    assert exif_resolution(Image.Exif()) is None


@pytest.mark.parametrize("name", ["WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("exif", [None, made.exif_block(1)])
def test_formats_without_another_place_keep_it_in_exif(
    name: str, exif: bytes | None, rgb_u8: NDArray[np.uint8]
) -> None:
    buffer = io.BytesIO()
    write_picture(Picture(rgb_u8, exif=exif, dpi=(300, 150.5)), buffer, format=name)
    again = read_picture(buffer.getvalue())
    assert again.dpi == pytest.approx((300, 150.5), abs=0.01)
    if exif is not None:
        with Image.open(buffer) as image:
            assert image.getexif()[270] == made.TITLE


def test_what_a_block_says_already_stays() -> None:
    block = tags(72, 72, 2).tobytes()
    assert exif_with_resolution(block, (300, 300)) == block
    assert exif_with_resolution(b"Exif\0\0XX", (300, 300)) == b"Exif\0\0XX"
