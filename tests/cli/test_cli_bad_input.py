"""The bad inputs of a long life among files: each gets one clear line, and the run goes on."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.cli.conftest import Tomau


def truncated_jpeg(path: Path, photo: Image.Image) -> None:
    photo.save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def text_named_jpg(path: Path, _: Image.Image) -> None:
    path.write_text("Dear grandmother,\n")


def no_bytes(path: Path, _: Image.Image) -> None:
    path.touch()


def bomb(path: Path, _: Image.Image) -> None:
    """A PNG of a few bytes that claims 60000 x 60000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


BAD: dict[str, Callable[[Path, Image.Image], None]] = {
    "truncated.jpg": truncated_jpeg,
    "text.jpg": text_named_jpg,
    "empty.png": no_bytes,
    "bomb.png": bomb,
}


def tiny(path: Path, _: Image.Image) -> None:
    Image.new("L", (1, 1), 90).save(path)


def strip(path: Path, _: Image.Image) -> None:
    Image.linear_gradient("L").resize((20_000, 50)).save(path)


def cmyk(path: Path, photo: Image.Image) -> None:
    photo.convert("CMYK").save(path)


def palette(path: Path, photo: Image.Image) -> None:
    photo.convert("P", palette=Image.Palette.ADAPTIVE, colors=16).save(path)


def deep_gray(path: Path, photo: Image.Image) -> None:
    Image.fromarray(np.asarray(photo).astype(np.uint16) * 257).save(path)


def animation(path: Path, photo: Image.Image) -> None:
    frames = [photo.rotate(angle).convert("P") for angle in (10, 20, 30)]
    photo.convert("P").save(path, save_all=True, append_images=frames)


ODD: dict[str, tuple[Callable[[Path, Image.Image], None], str, tuple[int, int]]] = {
    "tiny.png": (tiny, "tiny.png", (1, 1)),
    "strip.png": (strip, "strip.png", (20_000, 50)),
    "cmyk.jpg": (cmyk, "cmyk.jpg", (140, 90)),
    "palette.png": (palette, "palette.png", (140, 90)),
    "deep.png": (deep_gray, "deep.png", (140, 90)),
    "moving.gif": (animation, "moving.png", (140, 90)),
}


@pytest.fixture
def photo(gray_u8: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(gray_u8)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_line_and_exit_code_1(
    colorize: Tomau, tmp_path: Path, photo: Image.Image, name: str
) -> None:
    BAD[name](tmp_path / name, photo)
    result = colorize(tmp_path / name, "-o", tmp_path / "out/")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert name in result.stderr
    assert result.stderr.count("\n") == 1
    assert "unexpected" not in result.stderr
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_picture_is_coloured(
    colorize: Tomau, tmp_path: Path, photo: Image.Image, name: str
) -> None:
    make, target_name, size = ODD[name]
    make(tmp_path / name, photo)
    result = colorize(tmp_path / name, "-o", f"{tmp_path}/out/")
    target = tmp_path / "out" / target_name
    assert (result.exit_code, result.stdout) == (0, f"{target}\n")
    with Image.open(target) as image:
        assert image.size == size
        red, _, blue = np.asarray(image.convert("RGB")).reshape(-1, 3).mean(axis=0)
    assert red > blue + 15


def test_the_first_frame_of_an_animation_is_said_once(
    colorize: Tomau, tmp_path: Path, photo: Image.Image
) -> None:
    animation(tmp_path / "moving.gif", photo)
    told = colorize(tmp_path / "moving.gif").stderr
    assert told.count("first of 4 frames") == 1
    assert "moving.gif" in told
    assert colorize(tmp_path / "moving.gif", "-q", "--overwrite").stderr == ""


def test_a_folder_run_goes_on_and_names_each_failure(
    colorize: Tomau, tmp_path: Path, photo: Image.Image
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name, make in BAD.items():
        make(folder / name, photo)
    for name, (make, _, _) in ODD.items():
        make(folder / name, photo)
    result = colorize(folder, "-o", out)
    assert result.exit_code == 1
    assert sorted(path.name for path in out.iterdir()) == sorted(entry[1] for entry in ODD.values())
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == len(BAD)
    for name in BAD:
        assert sum(name in line for line in errors) == 1
    assert result.stderr.endswith(f"{len(ODD)} done, 0 skipped, {len(BAD)} failed\n")


def test_a_limit_on_pixels_is_kept(colorize: Tomau, gray_jpeg: Path) -> None:
    result = colorize(gray_jpeg, "--max-pixels", "1000")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_an_output_that_cannot_be_written_is_one_line(
    colorize: Tomau, gray_jpeg: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    result = colorize(gray_jpeg, "-o", tmp_path / "file" / "x.jpg")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
