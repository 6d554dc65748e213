from __future__ import annotations

import contextlib
import io
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from tomau.errors import ImageWriteError, UsageError
from tomau.imaging import Picture, losses, read_picture, write_picture
from tomau.imaging import writing as writing_module
from tomau.imaging.atomic import atomic_output

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.fixture
def picture(rgb_u8: NDArray[np.uint8]) -> Picture:
    return Picture(rgb_u8, format="PNG")


@pytest.mark.parametrize("extension", [".png", ".tif", ".TIFF", ".bmp", ".ppm"])
def test_lossless_formats_give_the_pixels_back(
    extension: str, picture: Picture, tmp_path: Path
) -> None:
    target = tmp_path / f"photo{extension}"
    write_picture(picture, target)
    np.testing.assert_array_equal(read_picture(target).pixels, picture.pixels)


def test_webp_of_quality_100_is_lossless(picture: Picture) -> None:
    buffer = io.BytesIO()
    write_picture(picture, buffer, format="webp", quality=100)
    np.testing.assert_array_equal(read_picture(buffer.getvalue()).pixels, picture.pixels)


@pytest.mark.parametrize("name", ["JPEG", "WEBP", "AVIF", "GIF"])
@pytest.mark.parametrize("gray", [True, False])
def test_lossy_formats_come_close(name: str, gray: bool, picture: Picture) -> None:
    if gray:
        picture = picture.with_pixels(np.ascontiguousarray(picture.pixels[..., 0]))
    buffer = io.BytesIO()
    write_picture(picture, buffer, format=name)
    again = read_picture(buffer.getvalue()).pixels.astype(int)
    if again.ndim > picture.pixels.ndim:  # WebP and GIF know no gray
        again = again[..., 0]
    assert np.abs(again - picture.pixels).mean() < 6


def test_jpeg_keeps_chroma_at_full_resolution(picture: Picture) -> None:
    buffer = io.BytesIO()
    write_picture(picture, buffer, format=".jpg")
    image = Image.open(buffer)
    assert JpegImagePlugin.get_sampling(image) == 0


def test_quality_changes_the_size(rgb_u8: NDArray[np.uint8]) -> None:
    sizes = []
    for quality in (40, 95):
        buffer = io.BytesIO()
        write_picture(Picture(rgb_u8), buffer, format="JPEG", quality=quality)
        sizes.append(len(buffer.getvalue()))
    assert sizes[0] < sizes[1]
    with pytest.raises(UsageError, match="1 to 100"):
        write_picture(Picture(rgb_u8), io.BytesIO(), quality=0)


@pytest.mark.parametrize("name", ["PNG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("gray", [True, False])
def test_alpha_is_kept(name: str, gray: bool, picture: Picture) -> None:
    alpha = np.where(np.arange(32) < 16, 255, 90).astype(np.uint8)[np.newaxis].repeat(24, 0)
    pixels = picture.pixels[..., 0] if gray else picture.pixels
    buffer = io.BytesIO()
    write_picture(Picture(pixels, alpha=alpha), buffer, format=name, quality=100)
    again = read_picture(buffer.getvalue())
    assert again.alpha is not None
    np.testing.assert_array_equal(again.alpha, alpha)
    assert losses(Picture(pixels, alpha=alpha), name) == ()


def test_gif_keeps_transparent_pixels_whole(picture: Picture) -> None:
    alpha = np.where(np.arange(32) < 16, 255, 90).astype(np.uint8)[np.newaxis].repeat(24, 0)
    buffer = io.BytesIO()
    write_picture(Picture(picture.pixels, alpha=alpha), buffer, format="GIF")
    again = read_picture(buffer.getvalue())
    assert again.alpha is not None
    np.testing.assert_array_equal(again.alpha, np.where(alpha < 128, 0, 255))


@pytest.mark.parametrize("name", ["JPEG", "BMP", "PPM"])
def test_alpha_that_cannot_be_kept_is_left_out_and_told(name: str, picture: Picture) -> None:
    see_through = Picture(picture.pixels, alpha=np.zeros((24, 32), np.uint8))
    buffer = io.BytesIO()
    write_picture(see_through, buffer, format=name)
    again = read_picture(buffer.getvalue())
    assert again.alpha is None
    # Not blended with anything: the colours are those of the picture.
    assert np.abs(again.pixels.astype(int) - picture.pixels).mean() < 2
    assert losses(see_through, name) == (f"{name} holds no transparency: left out",)


def test_losses_tell_of_metadata(rgb_u8: NDArray[np.uint8]) -> None:
    rich = Picture(rgb_u8, exif=b"Exif\0\0" + bytes(70_000), xmp=b"<xmp/>")
    assert losses(rich, "png") == ()
    assert losses(rich, "JPEG") == ("JPEG holds no EXIF of 70,006 bytes: left out",)
    assert losses(rich, "BMP") == ("BMP holds no EXIF: left out", "BMP holds no XMP: left out")
    write_picture(rich, io.BytesIO(), format="JPEG")


def test_a_stream_gets_the_pictures_own_format(picture: Picture) -> None:
    buffer = io.BytesIO()
    write_picture(picture, buffer)
    assert read_picture(buffer.getvalue()).format == "PNG"


def test_a_pipe_that_cannot_seek_is_enough(picture: Picture) -> None:
    reading, writing = os.pipe()
    received = []
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as sink:
        thread = threading.Thread(target=lambda: received.append(source.read()))
        thread.start()
        write_picture(picture, sink, format="TIFF")
        sink.close()
        thread.join()
    np.testing.assert_array_equal(read_picture(received[0]).pixels, picture.pixels)


def test_format_goes_before_the_extension(picture: Picture, tmp_path: Path) -> None:
    target = tmp_path / "odd.jpg"
    write_picture(picture, target, format="PNG")
    assert read_picture(target).format == "PNG"


@pytest.mark.parametrize("name", ["photo.xcf", "photo", ".jpg"])
def test_an_unknown_extension_lists_the_known(name: str, picture: Picture, tmp_path: Path) -> None:
    with pytest.raises(ImageWriteError, match=r"expected one of \.jpg, \.png") as error:
        write_picture(picture, tmp_path / name)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_lists_the_known(picture: Picture) -> None:
    with pytest.raises(ImageWriteError, match="'psd' came; expected one of JPEG, PNG"):
        write_picture(picture, io.BytesIO(), format="psd")


@pytest.mark.parametrize(("name", "side"), [("JPEG", 65501), ("WEBP", 16384), ("GIF", 65536)])
def test_a_side_too_long_for_the_format(name: str, side: int) -> None:
    with pytest.raises(ImageWriteError, match="write PNG or TIFF"):
        write_picture(Picture(np.zeros((1, side), np.uint8)), io.BytesIO(), format=name)


def test_an_existing_file_is_refused_and_stays(picture: Picture, tmp_path: Path) -> None:
    target = tmp_path / "photo.png"
    target.write_bytes(b"precious")
    with pytest.raises(ImageWriteError, match=r"photo\.png: is there already"):
        write_picture(picture, target)
    assert target.read_bytes() == b"precious"
    write_picture(picture, target, overwrite=True)
    assert read_picture(target).width == 32
    assert list(tmp_path.iterdir()) == [target]


def test_a_failing_encoder_leaves_the_old_file_and_no_other(
    picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "photo.png"
    target.write_bytes(b"precious")

    def fail(_: Picture, stream: io.BytesIO, *_options: object) -> None:
        stream.write(b"half a picture")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing_module, "encode", fail)
    with pytest.raises(ImageWriteError, match="No space left"):
        write_picture(picture, target, overwrite=True)
    assert target.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [target]


def test_targets_that_cannot_be_written(picture: Picture, tmp_path: Path) -> None:
    with pytest.raises(ImageWriteError, match="folder does not exist"):
        write_picture(picture, tmp_path / "nowhere" / "photo.png")
    folder = tmp_path / "folder.png"
    folder.mkdir()
    with pytest.raises(ImageWriteError, match=r"folder\.png"):
        write_picture(picture, folder, overwrite=True)
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ImageWriteError, match="cannot be written"):
        write_picture(picture, file / "photo.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.png"]


def test_a_link_is_replaced_and_what_it_led_to_stays(picture: Picture, tmp_path: Path) -> None:
    original, link = tmp_path / "original.png", tmp_path / "link.png"
    original.write_bytes(b"precious")
    link.symlink_to(original)
    write_picture(picture, link, overwrite=True)
    assert original.read_bytes() == b"precious"
    assert read_picture(link).width == 32


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_permissions_follow_the_umask(mask: int, picture: Picture, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        write_picture(picture, tmp_path / "photo.png")
    finally:
        os.umask(before)
    assert (tmp_path / "photo.png").stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("has_links", [True, False])
def test_of_two_writers_exactly_one_wins(
    has_links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_links:

        def no_links(self: Path, _: Path) -> None:
            if self.exists():
                raise FileExistsError
            raise OSError(95, "Operation not supported")

        monkeypatch.setattr(Path, "hardlink_to", no_links)
    target = tmp_path / "photo.png"
    first = contextlib.ExitStack()
    first.enter_context(atomic_output(target, overwrite=False)).write(b"first")
    # The second begins and ends while the first is still writing.
    with atomic_output(target, overwrite=False) as second:
        second.write(b"second")
    with pytest.raises(FileExistsError):
        first.close()
    assert target.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with atomic_output(tmp_path / "photo.png", overwrite=False) as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("pixels", "alpha"),
    [
        (np.zeros((4, 5, 4), np.uint8), None),
        (np.zeros((4, 5), np.float32), None),
        (np.zeros((4, 5), np.uint16), np.zeros((4, 5), np.uint8)),
        (np.zeros((0, 5), np.uint8), None),
        (np.zeros((4, 5), np.uint8), np.zeros((5, 4), np.uint8)),
        (np.zeros((4, 5), np.uint8), np.zeros((4, 5), bool)),
    ],
)
def test_a_picture_checks_its_arrays(
    pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None
) -> None:
    with pytest.raises(UsageError, match=r"came; expected uint"):
        Picture(pixels, alpha=alpha)


def test_with_pixels_keeps_everything_else(rgb_u8: NDArray[np.uint8]) -> None:
    gray = Picture(rgb_u8[..., 0], exif=b"Exif\0\0", dpi=(300, 300), format="TIFF", notes=("n",))
    coloured = gray.with_pixels(rgb_u8)
    assert coloured.pixels is rgb_u8
    assert (coloured.exif, coloured.dpi, coloured.format) == (gray.exif, gray.dpi, gray.format)
    assert coloured.notes == ("n",)
