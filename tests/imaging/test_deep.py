from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests.imaging import made
from tomau.errors import ImageReadError, ImageWriteError, MissingExtraError
from tomau.imaging import Picture, losses, read_picture, write_picture
from tomau.imaging.samples import turned

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Encode = Callable[..., bytes]


# Made before a test takes the packages away.
NARROWED = {
    kind: made.file(kind) for kind in ("AVIF 10-bit", "JPEG 2000 12-bit RGB", "PNG 16-bit RGB")
}


def tiff(pixels: NDArray[Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, metadata=None, **options)
    return buffer.getvalue()


def written(picture: Picture, name: str) -> bytes:
    buffer = io.BytesIO()
    write_picture(picture, buffer, format=name)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def ramp_u16() -> NDArray[np.uint16]:
    return np.arange(65536, dtype=np.uint16).reshape(256, 256)


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("has_alpha", [True, False])
def test_16_bits_are_written_and_read_without_loss(
    name: str, channels: int, has_alpha: bool, ramp_u16: NDArray[np.uint16]
) -> None:
    pixels = ramp_u16 if channels == 1 else np.dstack([ramp_u16, ramp_u16.T, ramp_u16[::-1]])
    alpha = np.ascontiguousarray(ramp_u16[::-1]) if has_alpha else None
    again = read_picture(written(Picture(pixels, alpha=alpha), name))
    np.testing.assert_array_equal(again.pixels, pixels)
    if alpha is None:
        assert again.alpha is None
    else:
        np.testing.assert_array_equal(again.alpha, alpha)


def test_another_program_reads_our_16_bit_files(ramp_u16: NDArray[np.uint16]) -> None:
    rgb = np.dstack([ramp_u16] * 3)
    picture = Picture(rgb, exif=made.exif_block(1), xmp=made.XMP, dpi=(600, 300))
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(written(picture, "TIFF"))), rgb)
    for name in ("PNG", "TIFF"):
        with Image.open(io.BytesIO(written(picture, name))) as image:
            image.load()
            assert image.info["dpi"] == pytest.approx((600, 300), abs=0.02)
            assert image.getexif().get_ifd(0x8769)[0x9003] == made.DATE
            assert np.abs(np.asarray(image).astype(int) * 257 - rgb).max() < 258


def test_written_tiff_is_compressed(ramp_u16: NDArray[np.uint16]) -> None:
    smooth = np.tile(ramp_u16[:, :1] // 7, (1, 512))
    for pixels in (smooth, (smooth >> 8).astype(np.uint8)):
        assert len(written(Picture(np.dstack([pixels] * 3)), "TIFF")) < pixels.nbytes


def test_tags_stand_beside_many_strips_of_either_kind() -> None:
    rows = np.random.default_rng(1).integers(0, 65535, (900, 700, 3), dtype=np.uint16)
    for pixels in (rows, (rows >> 8).astype(np.uint8)):
        data = written(Picture(pixels, exif=made.exif_block(1), iptc=made.IPTC), "TIFF")
        again = read_picture(data)
        np.testing.assert_array_equal(again.pixels, pixels)
        assert again.iptc == made.IPTC
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            assert len(file.pages.first.dataoffsets) > 1
            assert len(file.pages) == 1


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_white_of_odd_depths_is_white(bits: int) -> None:
    pixels = np.array([[0, 2**bits - 1]], np.uint16)
    packed = tiff(pixels, bitspersample=bits)
    assert read_picture(packed).pixels.tolist() == [[0, 65535]]


def test_floats_out_of_range_are_stretched_and_it_is_said() -> None:
    values = np.array([[-1.0, 0.0, 1.0, np.nan, np.inf]], np.float32)
    picture = read_picture(tiff(values))
    assert picture.pixels.tolist() == [[0, 32768, 65535, 0, 65535]]
    assert picture.notes == ("float samples from -1 to 1 stretched to 16 bits",)


@pytest.mark.parametrize("dtype", [np.uint32, np.int16, np.float64, np.float16])
def test_other_numbers_are_brought_to_16_bits(dtype: Any) -> None:
    picture = read_picture(tiff(np.array([[0, 50, 100]], dtype)))
    assert picture.pixels.tolist() == [[0, 32768, 65535]]
    assert "stretched to 16 bits" in picture.notes[0]


def test_colours_multiplied_by_alpha_are_divided_again() -> None:
    colour, alpha = np.uint16([20_000, 30_000, 40_000]), 0.5
    pixels = np.append((colour * alpha).astype(np.uint16), np.uint16(32768)).reshape(1, 1, 4)
    picture = read_picture(tiff(pixels, photometric="rgb", extrasamples=["assocalpha"]))
    assert np.abs(picture.pixels[0, 0].astype(int) - colour).max() <= 2
    assert picture.alpha is not None


def test_channels_of_unknown_meaning_are_left_out_and_it_is_said() -> None:
    pixels = np.full((3, 4, 4), 1000, np.uint16)
    picture = read_picture(tiff(pixels, photometric="rgb", extrasamples=["unspecified"]))
    assert picture.alpha is None
    assert any("channels beside the colours" in note for note in picture.notes)


def test_the_first_of_several_deep_pages_with_a_note() -> None:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        for level in (100, 200):
            writer.write(np.full((4, 6), level, np.uint16), metadata=None)
    picture = read_picture(buffer.getvalue())
    assert np.all(picture.pixels == 100)
    assert picture.notes == ("TIFF of 2 pages: first page taken",)


@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_truncated_deep_files_are_refused(compression: str | None, share: float) -> None:
    whole = tiff(
        np.random.default_rng(0).integers(0, 65535, (64, 64), np.uint16),
        rowsperstrip=8,
        compression=compression,
    )
    with pytest.raises(ImageReadError, match="damaged or truncated TIFF"):
        read_picture(whole[: int(len(whole) * share)])


def test_strips_that_are_not_there_are_no_black_bands() -> None:
    with tifffile.TiffFile(io.BytesIO(tiff(np.ones((4, 6), np.uint16)))) as file:
        tag = file.pages.first.tags[279]
        data = bytearray(tiff(np.ones((4, 6), np.uint16)))
        data[tag.valueoffset : tag.valueoffset + 4] = bytes(4)
    with pytest.raises(ImageReadError, match="missing"):
        read_picture(bytes(data))


def test_the_limit_on_pixels_holds_for_deep_files() -> None:
    for kind in (
        "TIFF 16-bit ZIP",
        "PNG 16-bit RGB",
        "HEIC 10-bit",
        "DNG",
        "JPEG 2000 16-bit gray",
    ):
        with pytest.raises(ImageReadError, match="expected at most 3,071"):
            read_picture(made.file(kind), max_pixels=48 * 64 - 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turn_is_pillows_turn(orientation: int, encode: Encode) -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    exif = made.exif_block(orientation)
    expected = read_picture(encode(pixels, "PNG", exif=exif)).pixels
    np.testing.assert_array_equal(turned(pixels, orientation), expected)


@pytest.mark.usefixtures("without_formats")
class TestWithoutTheExtra:
    @pytest.mark.parametrize("kind", ["HEIC", "HEIC 10-bit", "DNG"])
    def test_what_only_its_packages_read_names_the_extra(self, kind: str) -> None:
        with pytest.raises(MissingExtraError, match=r'pip install "tomau\[formats\]"'):
            read_picture(made.file(kind))

    def test_a_layout_that_pillow_does_not_know_names_the_extra(self) -> None:
        with pytest.raises(MissingExtraError, match="this kind of TIFF file"):
            read_picture(tiff(np.zeros((4, 5, 3), np.uint32), photometric="rgb"))

    @pytest.mark.parametrize("kind", NARROWED)
    def test_what_pillow_narrows_in_silence_is_told(self, kind: str) -> None:
        picture = read_picture(NARROWED[kind])
        assert picture.bits == 8
        assert 'bits beyond 8 lost: pip install "tomau[formats]" keeps them' in picture.notes

    def test_what_only_they_write_names_the_extra(self) -> None:
        with pytest.raises(MissingExtraError, match="formats"):
            write_picture(Picture(np.zeros((4, 5, 3), np.uint8)), io.BytesIO(), format="heic")

    def test_16_bits_become_8_and_it_is_told(self) -> None:
        deep = Picture(np.full((4, 5, 3), 65535, np.uint16))
        assert read_picture(written(deep, "PNG")).pixels.max() == 255
        assert losses(deep, "PNG") == (
            '16 bits per channel brought to 8: pip install "tomau[formats]" keeps them',
        )


def test_formats_that_are_only_read_are_not_written() -> None:
    for name in ("dng", "jp2"):
        with pytest.raises(ImageWriteError, match="expected one of JPEG, PNG"):
            write_picture(Picture(np.zeros((4, 5), np.uint8)), io.BytesIO(), format=name)
