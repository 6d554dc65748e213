from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.imaging.test_icc import gray_profile
from tomau.errors import ImageReadError
from tomau.imaging import output_profile, read_picture
from tomau.imaging.tiff_rows import BAND_ROWS, TiffRows, streams_by_rows, write_tiff_by_rows

tifffile = pytest.importorskip("tifffile")
RANDOM = np.random.default_rng(11)
GRAY = RANDOM.integers(0, 256, (700, 530), np.uint8)
RGB = RANDOM.integers(0, 256, (700, 530, 3), np.uint8)
TILED, STRIPPED = {"tile": (64, 96)}, {"rowsperstrip": 33}


def tiff(pixels: np.ndarray, **options: Any) -> io.BytesIO:
    stream = io.BytesIO()
    tifffile.imwrite(stream, pixels, **options)
    stream.seek(0)
    return stream


@pytest.mark.parametrize("pixels", [GRAY, RGB])
@pytest.mark.parametrize("layout", [TILED, STRIPPED])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_any_rows_come_as_they_are(
    pixels: np.ndarray, layout: dict[str, Any], compression: str | None
) -> None:
    kind = "rgb" if pixels.ndim == 3 else "minisblack"
    picture = TiffRows(tiff(pixels, photometric=kind, compression=compression, **layout))
    assert picture.shape == pixels.shape[:2]
    for rows in (slice(0, 700), slice(0, 1), slice(60, 70), slice(699, 700), slice(5, 400)):
        np.testing.assert_array_equal(picture.rows(rows), pixels[rows])


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("layout", [TILED, STRIPPED])
def test_16_bits_stay(layout: dict[str, Any], byteorder: str) -> None:
    deep = RANDOM.integers(0, 65536, (300, 200, 3), np.uint16)
    picture = TiffRows(tiff(deep, photometric="rgb", byteorder=byteorder, **layout))
    rows = picture.rows(slice(50, 250))
    assert rows.dtype == np.uint16
    np.testing.assert_array_equal(rows, deep[50:250])


def test_what_the_file_says_is_told() -> None:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(GRAY, description="Elms", resolution=(300, 200), iccprofile=b"no profile")
        writer.write(GRAY)
    stream.seek(0)
    picture = TiffRows(stream)
    assert picture.metadata.dpi == (300, 200)
    assert picture.metadata.exif is not None
    assert b"Elms" in picture.metadata.exif
    assert picture.icc == output_profile("srgb")
    assert "TIFF of 2 pages: first page taken" in picture.notes
    assert any("unusable ICC profile" in note for note in picture.notes)


def test_white_may_be_zero() -> None:
    picture = TiffRows(tiff(GRAY, photometric="miniswhite", **STRIPPED))
    np.testing.assert_array_equal(picture.rows(slice(3, 9)), 255 - GRAY[3:9])


def test_a_profile_means_what_it_means_to_the_whole_reader(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Red and green primaries exchanged: rXYZ becomes gXYZ in the table of tags.
    swapped = profile.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
    file = tmp_path / "profile.tif"
    file.write_bytes(
        tiff(RGB, photometric="rgb", iccprofile=swapped, metadata=None, **STRIPPED).getvalue()
    )
    with file.open("rb") as stream:
        rows = TiffRows(stream).rows(slice(10, 50))
    whole = read_picture(file).pixels[10:50]
    assert np.abs(rows.astype(int) - RGB[10:50]).max() > 20
    np.testing.assert_array_equal(rows, whole)


def test_tones_between_levels_are_those_of_the_whole_reader(tmp_path: Path) -> None:
    file, gray = tmp_path / "gray.tif", GRAY.astype(np.uint16) * 257 + 11
    data = tiff(gray, iccprofile=gray_profile(1.8), metadata=None, **STRIPPED).getvalue()
    file.write_bytes(data)
    with file.open("rb") as stream:
        rows = TiffRows(stream).rows(slice(10, 50))
    picture = read_picture(file)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows, picture.tones(slice(10, 50)))
    assert np.abs(rows * 65535 - picture.pixels[10:50]).max() <= 0.51
    assert picture.narrowed().finer is None


@pytest.mark.parametrize("layout", [TILED, STRIPPED])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_bands_are_written_and_tags_kept(layout: dict[str, Any], compression: str | None) -> None:
    source = tiff(
        GRAY, resolution=(300, 300), description="Elms", compression=compression, **layout
    )
    like = TiffRows(source)
    out = io.BytesIO()
    bands = (RGB[top : top + BAND_ROWS] for top in range(0, len(RGB), BAND_ROWS))
    icc = output_profile("srgb")
    write_tiff_by_rows(out, bands, like, dtype=np.uint8, xmp=b"<x:xmpmeta/>", icc=icc)
    out.seek(0)
    with Image.open(out) as image:
        np.testing.assert_array_equal(np.asarray(image), RGB)
        assert image.info["dpi"] == (300, 300)
        assert image.tag_v2[270] == "Elms"
        assert image.info["icc_profile"] == icc
        assert image.info["xmp"] == b"<x:xmpmeta/>"
        assert (322 in image.tag_v2) == (layout is TILED or compression is not None)
        assert image.info["compression"] == ("raw" if compression is None else "tiff_adobe_deflate")


def test_a_damaged_tile_is_told() -> None:
    data = bytearray(tiff(GRAY, compression="zlib", metadata=None, **TILED).getvalue())
    middle = len(data) // 2
    data[middle : middle + 5000] = bytes(5000)
    with pytest.raises(ImageReadError, match="damaged TIFF"):
        TiffRows(io.BytesIO(data)).rows(slice(0, 700))


def test_a_cut_file_is_told() -> None:
    whole = tiff(GRAY, metadata=None, **STRIPPED).getvalue()
    with pytest.raises(ImageReadError, match="TIFF"):
        TiffRows(io.BytesIO(whole[:200_000])).rows(slice(0, 700))


@pytest.mark.parametrize(
    "make",
    [
        lambda: tiff(GRAY.astype(np.uint32)),
        lambda: tiff(GRAY.astype(np.float32)),
        lambda: tiff(np.dstack([RGB, GRAY]), photometric="rgb", extrasamples=["unassalpha"]),
        lambda: tiff(np.moveaxis(RGB, -1, 0), photometric="rgb", planarconfig="separate"),
        lambda: tiff(GRAY, extratags=[(274, 3, 1, 6, True)]),
        lambda: io.BytesIO(b"II*\0 and no more"),
        lambda: io.BytesIO(b"\xff\xd8\xff"),
    ],
)
def test_other_kinds_are_left_to_the_whole_reader(make: Any, tmp_path: Path) -> None:
    file = tmp_path / "file.tif"
    file.write_bytes(make().getvalue())
    assert not streams_by_rows(file)
    with file.open("rb") as stream, pytest.raises(ImageReadError):
        TiffRows(stream)


def test_what_can_be_read_by_rows_is_recognised(tmp_path: Path) -> None:
    file = tmp_path / "file.tif"
    file.write_bytes(tiff(GRAY, **TILED).getvalue())
    assert streams_by_rows(file)
