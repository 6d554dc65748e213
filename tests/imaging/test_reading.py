from __future__ import annotations

import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageFile

from tomau.errors import ImageReadError
from tomau.imaging import read_picture
from tomau.imaging.icc import srgb_profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Encode = Callable[..., bytes]

LOSSLESS = [
    ("PNG", {}),
    ("WEBP", {"lossless": True}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ("BMP", {}),
    ("PPM", {}),
]


@pytest.mark.parametrize(("name", "options"), LOSSLESS)
def test_lossless_files_give_their_pixels(
    name: str, options: dict[str, object], encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    picture = read_picture(encode(rgb_u8, name, **options))
    np.testing.assert_array_equal(picture.pixels, rgb_u8)
    assert picture.format == name
    assert (picture.height, picture.width) == (24, 32)
    assert picture.alpha is None
    assert picture.notes == ()


@pytest.mark.parametrize("name", ["JPEG", "AVIF"])
def test_lossy_files_come_close(name: str, encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    picture = read_picture(encode(rgb_u8, name, quality=98, subsampling="4:4:4"))
    assert np.abs(picture.pixels.astype(int) - rgb_u8).mean() < 2
    assert picture.format == name


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "BMP", "PPM"])
def test_gray_stays_one_channel(name: str, encode: Encode, ramp_u8: NDArray[np.uint8]) -> None:
    picture = read_picture(encode(ramp_u8, name))
    assert picture.pixels.shape == ramp_u8.shape
    assert np.abs(picture.pixels.astype(int) - ramp_u8).max() <= 4


def test_every_kind_of_source_gives_the_same(
    tmp_path: Path, encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    data = encode(rgb_u8, "PNG")
    path = tmp_path / "photo.wrong-name"
    path.write_bytes(data)
    pipe = io.BytesIO(b"skipped" + data)
    pipe.read(7)
    for source in (path, str(path), data, pipe):
        np.testing.assert_array_equal(read_picture(source).pixels, rgb_u8)


@pytest.mark.parametrize("shape", [(1, 1), (50, 20000), (20000, 50)])
def test_extreme_shapes(shape: tuple[int, int], encode: Encode) -> None:
    assert read_picture(encode(np.full(shape, 77, np.uint8), "PNG")).pixels.shape == shape


def test_first_frame_of_an_animation_with_a_note(encode: Encode) -> None:
    frames = [Image.new("L", (8, 6), level) for level in (50, 100, 150)]
    picture = read_picture(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert np.all(picture.pixels == 50)
    assert picture.notes == ("animated GIF: first of 3 frames taken",)


def test_first_page_of_a_tiff_with_a_note(encode: Encode) -> None:
    pages = [Image.new("L", (8, 6), level) for level in (50, 100)]
    picture = read_picture(encode(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert np.all(picture.pixels == 50)
    assert picture.notes == ("TIFF of 2 pages: first page taken",)


def test_animated_webp_first_frame(encode: Encode) -> None:
    frames = [Image.new("RGB", (8, 6), (level, 0, 0)) for level in (200, 0)]
    data = encode(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    picture = read_picture(data)
    assert np.all(picture.pixels == (200, 0, 0))
    assert picture.notes == ("animated WEBP: first of 2 frames taken",)


def test_many_threads_may_read_at_once(encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    files = [encode(rgb_u8, name, icc_profile=srgb_profile()) for name in ("PNG", "TIFF")] * 20
    with ThreadPoolExecutor(8) as pool:
        for picture in pool.map(read_picture, files):
            np.testing.assert_array_equal(picture.pixels, rgb_u8)


def assert_one_line_with(error: pytest.ExceptionInfo[ImageReadError], *words: str) -> None:
    message = str(error.value)
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_truncated_files_are_refused(
    name: str, tmp_path: Path, encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    data = encode(rgb_u8, name)
    path = tmp_path / "half.jpg"
    path.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(ImageReadError) as error:
        read_picture(path)
    assert_one_line_with(error, "half.jpg", "expected")


def test_a_text_renamed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.jpg"
    path.write_text("Dear Anna,\nthe photo is lost.")
    with pytest.raises(ImageReadError) as error:
        read_picture(path)
    assert_one_line_with(error, "letter.jpg", "not a picture", "Dear Anna", "JPEG, PNG")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.jpg"
    path.touch()
    with pytest.raises(ImageReadError) as error:
        read_picture(path)
    assert_one_line_with(error, "empty.jpg", "0 bytes")


def test_a_folder_a_missing_file_and_a_bad_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageReadError) as error:
        read_picture(tmp_path)
    assert_one_line_with(error, "folder")
    with pytest.raises(ImageReadError) as error:
        read_picture(tmp_path / "gone.png")
    assert_one_line_with(error, "gone.png", "no such file")
    with pytest.raises(ImageReadError) as error:
        read_picture("nul\0.png")
    assert_one_line_with(error, "cannot be read")


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels to speak of."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    with pytest.raises(ImageReadError) as error:
        read_picture(png_header(30_000, 30_000))
    assert_one_line_with(error, "30000x30000", "900,000,000 pixels", "max_pixels")


def test_the_limit_is_the_callers(encode: Encode, ramp_u8: NDArray[np.uint8]) -> None:
    data = encode(ramp_u8, "PNG")
    assert read_picture(data, max_pixels=24 * 32).width == 32
    assert read_picture(data, max_pixels=None).width == 32
    with pytest.raises(ImageReadError, match="expected at most 767"):
        read_picture(data, max_pixels=24 * 32 - 1)


def test_pillows_global_limits_are_neither_used_nor_changed(
    encode: Encode, ramp_u8: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_picture(encode(ramp_u8, "PNG")).width == 32
    assert Image.MAX_IMAGE_PIXELS == 10
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
