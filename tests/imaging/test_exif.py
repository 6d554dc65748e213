from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from tomau.imaging import Picture, read_picture, to_pil, write_picture
from tomau.imaging.metadata import rewritten_exif, upright_exif

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Encode = Callable[..., bytes]

HOLDING_EXIF = ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"]
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description tiff:Orientation="6" '
    b'dc:title="Harbour"/></rdf:RDF></x:xmpmeta>'
)


def exif_block(orientation: int | None = 6) -> bytes:
    exif = Image.Exif()
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.ImageDescription] = "Harbour, glass plate 17"
    exif[ExifTags.Base.DateTime] = "1913:05:02 10:00:00"
    exif[ExifTags.IFD.Exif] = {ExifTags.Base.DateTimeOriginal: "1913:05:02 09:00:00"}
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (54.0, 30.0, 12.0),
    }
    return exif.tobytes()


def parsed(block: bytes | None) -> Image.Exif:
    exif = Image.Exif()
    exif.load(block or b"")
    return exif


def assert_everything_but_the_orientation_is_kept(block: bytes | None) -> None:
    exif = parsed(block)
    assert exif.get(ExifTags.Base.Orientation, 1) == 1
    assert exif[ExifTags.Base.ImageDescription] == "Harbour, glass plate 17"
    assert exif[ExifTags.Base.DateTime] == "1913:05:02 10:00:00"
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    assert camera[ExifTags.Base.DateTimeOriginal] == "1913:05:02 09:00:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert gps[ExifTags.GPS.GPSLatitude] == (54.0, 30.0, 12.0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["PNG", "TIFF", "WEBP"])
def test_orientation_is_applied_exactly_once(
    name: str, orientation: int, encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    options = {"lossless": True} if name == "WEBP" else {}
    data = encode(rgb_u8, name, exif=exif_block(orientation), **options)
    tagged = Image.fromarray(rgb_u8)
    tagged.info["exif"] = exif_block(orientation)
    expected = np.asarray(ImageOps.exif_transpose(tagged))

    picture = read_picture(data)
    np.testing.assert_array_equal(picture.pixels, expected)
    assert_everything_but_the_orientation_is_kept(picture.exif)

    # Written and read again, nothing turns a second time.
    buffer = io.BytesIO()
    write_picture(picture, buffer, format="PNG")
    np.testing.assert_array_equal(read_picture(buffer.getvalue()).pixels, expected)


@pytest.mark.parametrize("name", ["JPEG", "AVIF"])
def test_orientation_of_lossy_files(name: str, encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    picture = read_picture(encode(rgb_u8, name, exif=exif_block(6), quality=95))
    assert np.abs(picture.pixels.astype(int) - np.rot90(rgb_u8, -1)).mean() < 4


def test_alpha_turns_with_the_picture(
    encode: Encode, rgb_u8: NDArray[np.uint8], ramp_u8: NDArray[np.uint8]
) -> None:
    picture = read_picture(encode(np.dstack([rgb_u8, ramp_u8]), "PNG", exif=exif_block(6)))
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, np.rot90(ramp_u8, -1))


@pytest.mark.parametrize("source", HOLDING_EXIF)
@pytest.mark.parametrize("target", HOLDING_EXIF)
def test_exif_travels_between_all_formats(
    source: str, target: str, encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    picture = read_picture(encode(rgb_u8, source, exif=exif_block()))
    assert_everything_but_the_orientation_is_kept(picture.exif)
    buffer = io.BytesIO()
    write_picture(picture, buffer, format=target)
    assert_everything_but_the_orientation_is_kept(read_picture(buffer.getvalue()).exif)


@pytest.mark.parametrize("target", HOLDING_EXIF)
def test_xmp_is_kept_and_upright(target: str, encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    picture = read_picture(encode(rgb_u8, "JPEG", exif=exif_block(), xmp=XMP))
    buffer = io.BytesIO()
    write_picture(picture, buffer, format=target)
    again = read_picture(buffer.getvalue())
    assert again.xmp == XMP.replace(b'Orientation="6"', b'Orientation="1"')
    assert again.pixels.shape == (32, 24, 3)


def test_orientation_that_stands_in_xmp_only(encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    picture = read_picture(encode(rgb_u8, "PNG", pnginfo=info))
    np.testing.assert_array_equal(picture.pixels, np.rot90(rgb_u8, -1))
    assert picture.exif is None


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "BMP"])
def test_resolution_is_kept(name: str, encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    picture = read_picture(encode(rgb_u8, name, dpi=(300, 150)))
    buffer = io.BytesIO()
    write_picture(picture, buffer, format=name)
    assert read_picture(buffer.getvalue()).dpi == pytest.approx((300, 150), abs=0.02)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF"])
def test_resolution_turns_with_the_picture(
    name: str, encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    picture = read_picture(encode(rgb_u8, name, dpi=(300, 150), exif=exif_block(6)))
    assert picture.dpi == pytest.approx((150, 300), abs=0.02)


def test_no_resolution_is_made_up(encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    for name in ("PNG", "TIFF", "WEBP", "GIF"):
        assert read_picture(encode(rgb_u8, name)).dpi is None


@pytest.mark.parametrize("order", [b"II", b"MM"])
def test_only_two_numbers_of_the_block_change(order: bytes) -> None:
    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "little" if order == b"II" else "big")

    def block(orientation: int, thumbnail: int) -> bytes:
        entry = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + b"\0\0"
        directory = number(1, 2) + entry + number(thumbnail, 4)
        return b"Exif\0\0" + order + number(42, 2) + number(8, 4) + directory + b"maker notes"

    assert upright_exif(block(8, 4711)) == block(1, 0)


def test_a_thumbnail_of_the_old_picture_is_not_passed_on(
    encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    thumbnail = encode(rgb_u8[::4, ::4], "JPEG")
    exif = bytearray(exif_block())
    # Link a second directory with one thumbnail behind the block.
    end = 6 + 8 + 2 + 12 * int.from_bytes(exif[14:16], "big")
    exif[end : end + 4] = (len(exif) - 6).to_bytes(4, "big")
    at = len(exif) - 6 + 2 + 24 + 4
    exif += (2).to_bytes(2, "big")
    exif += bytes.fromhex("0201000400000001") + at.to_bytes(4, "big")
    exif += bytes.fromhex("0202000400000001") + len(thumbnail).to_bytes(4, "big")
    exif += bytes(4) + thumbnail
    data = encode(rgb_u8, "JPEG", exif=bytes(exif))
    assert parsed(bytes(exif)).get_ifd(ExifTags.IFD.IFD1)
    picture = read_picture(data)
    assert not parsed(picture.exif).get_ifd(ExifTags.IFD.IFD1)
    assert_everything_but_the_orientation_is_kept(picture.exif)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("damage", [slice(0, 9), slice(0, 20), slice(0, 40)])
def test_damaged_exif_costs_a_note_and_no_picture(
    damage: slice, encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    picture = read_picture(encode(rgb_u8, "JPEG", exif=exif_block()[damage]))
    assert picture.exif is None
    assert picture.notes == ("damaged EXIF left out",)


def test_damaged_exif_never_keeps_a_picture_from_being_written(rgb_u8: NDArray[np.uint8]) -> None:
    assert rewritten_exif(b"Exif\0\0XX") is None
    # The description, a text, under the number of the vertical resolution.
    block = exif_block().replace(b"\x01\x0e\x00\x02", b"\x01\x1b\x00\x02")
    for name in HOLDING_EXIF:
        write_picture(Picture(rgb_u8, exif=block), io.BytesIO(), format=name)


def test_pillow_images_carry_the_metadata(encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    picture = read_picture(encode(rgb_u8, "JPEG", exif=exif_block(), xmp=XMP, dpi=(300, 300)))
    image = to_pil(picture)
    assert image.getexif()[ExifTags.Base.Orientation] == 1
    assert image.info["dpi"] == (300, 300)
    assert image.info["xmp"] == picture.xmp
