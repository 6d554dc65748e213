from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tomau.imaging import from_pil, read_picture, to_pil

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Encode = Callable[..., bytes]

LOST = 'bits beyond 8 lost: pip install "tomau[formats]" keeps them'


def tiff_of_gray(values: NDArray[np.generic], *, bits: int, kind: int, photometric: int) -> bytes:
    """Write one strip of gray by hand, in the byte order of the array."""
    order = ">" if values.dtype.byteorder == ">" else "<"
    height, width = values.shape
    strip = values.tobytes()
    tags = [(256, width), (257, height), (258, bits), (259, 1), (262, photometric)]
    tags += [(273, 8), (277, 1), (278, height), (279, len(strip)), (339, kind)]
    directory = struct.pack(f"{order}H", len(tags))
    for tag, value in tags:
        directory += struct.pack(f"{order}HHII", tag, 4, 1, value)
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(f"{order}I", 8 + len(strip))
    return head + strip + directory + b"\0\0\0\0"


@pytest.mark.usefixtures("without_formats")
@pytest.mark.parametrize("dtype", ["<u2", ">u2"])
def test_16_bit_tiff_is_scaled_in_either_byte_order(dtype: str) -> None:
    values = np.linspace(0, 65535, 600).round().astype(dtype).reshape(20, 30)
    picture = read_picture(tiff_of_gray(values, bits=16, kind=1, photometric=1))
    np.testing.assert_array_equal(picture.pixels, np.rint(values / 257).astype(np.uint8))
    assert picture.notes == ("16-bit gray brought to 8 bits", LOST)


@pytest.mark.usefixtures("without_formats")
def test_16_bit_tiff_whose_zero_is_white() -> None:
    values = np.array([[0, 65535, 257 * 10]], "<u2")
    picture = read_picture(tiff_of_gray(values, bits=16, kind=1, photometric=0))
    assert picture.pixels.tolist() == [[255, 0, 245]]


@pytest.mark.usefixtures("without_formats")
def test_16_bit_png(encode: Encode) -> None:
    values = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    picture = read_picture(encode(values, "PNG"))
    np.testing.assert_array_equal(picture.pixels, values // 257)
    assert picture.notes == ("16-bit gray brought to 8 bits", LOST)


@pytest.mark.usefixtures("without_formats")
def test_float_tiff_in_unit_range_keeps_its_tones(encode: Encode) -> None:
    values = np.linspace(0.2, 0.8, 600, dtype=np.float32).reshape(20, 30)
    picture = read_picture(encode(values, "TIFF"))
    np.testing.assert_array_equal(picture.pixels, np.rint(values * 255).astype(np.uint8))
    assert picture.notes == ("float gray brought to 8 bits", LOST)


@pytest.mark.usefixtures("without_formats")
def test_float_tiff_out_of_range_is_stretched_and_says_so(encode: Encode) -> None:
    values = np.array([[-1.0, 0.0, 1.0, np.nan, np.inf]], np.float32)
    picture = read_picture(encode(values, "TIFF"))
    assert picture.pixels.tolist() == [[0, 128, 255, 0, 255]]
    assert picture.notes == ("float gray from -1 to 1 stretched to 8 bits", LOST)


@pytest.mark.usefixtures("without_formats")
def test_flat_and_empty_floats_do_not_divide_by_zero(encode: Encode) -> None:
    assert np.all(read_picture(encode(np.full((3, 4), 7, np.float32), "TIFF")).pixels == 0)
    assert np.all(read_picture(encode(np.full((3, 4), np.nan, np.float32), "TIFF")).pixels == 0)


@pytest.mark.usefixtures("without_formats")
def test_32_bit_integers_are_stretched(encode: Encode) -> None:
    values = np.array([[0, 500_000, 1_000_000]], np.int32)
    picture = read_picture(encode(values, "TIFF"))
    assert picture.pixels.tolist() == [[0, 128, 255]]
    assert picture.notes == ("32-bit gray from 0 to 1e+06 stretched to 8 bits", LOST)


@pytest.mark.usefixtures("without_formats")
def test_16_bit_colour_says_that_depth_was_lost() -> None:
    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    picture = read_picture(png_of(header, b"\0" + struct.pack(">6H", *range(0, 60000, 10000))))
    assert picture.pixels.shape == (1, 2, 3)
    assert picture.notes == ("16 bits per channel brought to 8", LOST)


def png_of(header: bytes, rows: bytes) -> bytes:
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)

    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_one_bit_becomes_black_and_white(encode: Encode, ramp_u8: NDArray[np.uint8]) -> None:
    bilevel = Image.fromarray(ramp_u8).convert("1", dither=Image.Dither.NONE)
    for name, options in (("PNG", {}), ("TIFF", {"compression": "group4"})):
        picture = read_picture(encode(bilevel, name, **options))
        np.testing.assert_array_equal(picture.pixels, np.where(ramp_u8 > 127, 255, 0))


def test_palette_becomes_rgb(encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    indexed = Image.fromarray(rgb_u8).quantize(16)
    picture = read_picture(encode(indexed, "PNG"))
    np.testing.assert_array_equal(picture.pixels, np.asarray(indexed.convert("RGB")))
    assert picture.alpha is None


@pytest.mark.parametrize("transparency", [3, bytes([255, 128, 0])])
def test_palette_with_transparency_gives_alpha(
    transparency: int | bytes, encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    indexed = Image.fromarray(rgb_u8).quantize(16)
    picture = read_picture(encode(indexed, "PNG", transparency=transparency))
    index = np.asarray(indexed)
    expected = np.full(256, 255)
    if isinstance(transparency, int):
        expected[transparency] = 0
    else:
        expected[:3] = list(transparency)
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, expected[index])
    np.testing.assert_array_equal(picture.pixels, np.asarray(indexed.convert("RGB")))


def test_one_gray_value_marked_transparent(encode: Encode, ramp_u8: NDArray[np.uint8]) -> None:
    picture = read_picture(encode(ramp_u8, "PNG", transparency=int(ramp_u8[5, 5])))
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha == 0, ramp_u8 == ramp_u8[5, 5])
    np.testing.assert_array_equal(picture.pixels, ramp_u8)


@pytest.mark.parametrize("name", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_parted_from_colours_that_stay_as_they_are(
    name: str, encode: Encode, rgb_u8: NDArray[np.uint8], ramp_u8: NDArray[np.uint8]
) -> None:
    options = {"lossless": True, "exact": True} if name == "WEBP" else {}
    picture = read_picture(encode(np.dstack([rgb_u8, ramp_u8]), name, **options))
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.pixels, rgb_u8)
    np.testing.assert_array_equal(picture.alpha, ramp_u8)


def test_gray_with_alpha_stays_gray(encode: Encode, ramp_u8: NDArray[np.uint8]) -> None:
    picture = read_picture(encode(np.dstack([ramp_u8, 255 - ramp_u8]), "PNG"))
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.pixels, ramp_u8)
    np.testing.assert_array_equal(picture.alpha, 255 - ramp_u8)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I"])
def test_every_pillow_mode_becomes_a_picture(mode: str, rgb_u8: NDArray[np.uint8]) -> None:
    picture = from_pil(Image.fromarray(rgb_u8).convert(mode))
    assert picture.pixels.shape[:2] == rgb_u8.shape[:2]
    assert (picture.alpha is not None) == (mode in ("LA", "RGBA"))
    assert picture.format == "PNG"


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_pillow_there_and_back(mode: str, rgb_u8: NDArray[np.uint8]) -> None:
    image = Image.fromarray(rgb_u8).convert(mode)
    if mode.endswith("A"):
        image.putalpha(100)
    back = to_pil(from_pil(image))
    assert back.mode == mode
    assert back.tobytes() == image.tobytes()


def test_from_pil_leaves_the_callers_image_alone(encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.open(io.BytesIO(encode(rgb_u8, "JPEG", exif=exif.tobytes())))
    picture = from_pil(image)
    assert picture.pixels.shape == (32, 24, 3)
    assert picture.format == "JPEG"
    assert image.size == (32, 24)
    assert image.getexif()[0x0112] == 6
