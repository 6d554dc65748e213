"""Archives and families at the command line: deep scans, phone pictures, old prints."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests.cli.test_cli_app import loaded_modules
from tests.imaging import made
from tomau.color import luminance, srgb_to_lab
from tomau.imaging import output_profile, read_picture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.cli.conftest import Tomau

FORMATS = {"tifffile", "imagecodecs", "pillow_heif", "rawpy"}


@pytest.fixture
def master(tmp_path: Path) -> Path:
    """A 16-bit gray ramp of all 65,536 levels as an LZW-compressed TIFF."""
    path = tmp_path / "master.tif"
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    tifffile.imwrite(path, ramp, compression="lzw", predictor=True, metadata=None)
    return path


@pytest.mark.parametrize("name", ["out.tif", "out.png"])
def test_16_bits_in_16_bits_out(colorize: Tomau, master: Path, tmp_path: Path, name: str) -> None:
    result = colorize(master, "-o", tmp_path / name)
    assert (result.exit_code, result.stderr) == (0, "")
    written = read_picture(tmp_path / name)
    assert written.bits == 16
    l = luminance(written.pixels)
    assert len(np.unique(l)) > 60_000
    assert np.abs(l - luminance(read_picture(master).pixels)).max() < 0.02
    assert written.icc == output_profile("srgb")


def test_a_format_of_8_bits_says_what_it_costs(
    colorize: Tomau, master: Path, tmp_path: Path
) -> None:
    result = colorize(master, "-o", tmp_path / "out.jpg")
    assert result.exit_code == 0
    assert "JPEG holds 8 bits per channel: 16 brought to 8" in result.stderr


@pytest.mark.parametrize(("bits", "name"), [("16", "photo.jpg"), ("8", "master.tif")])
def test_bits_are_chosen(
    colorize: Tomau, gray_jpeg: Path, master: Path, tmp_path: Path, bits: str, name: str
) -> None:
    assert {gray_jpeg.name, master.name} >= {name}
    result = colorize(tmp_path / name, "-o", tmp_path / "out.png", "--bits", bits)
    assert (result.exit_code, result.stderr) == (0, "")
    assert read_picture(tmp_path / "out.png").bits == int(bits)


@pytest.mark.parametrize("bits", ["8", "16"])
def test_display_p3_means_the_same_colours(
    colorize: Tomau, gray_jpeg: Path, tmp_path: Path, bits: str
) -> None:
    files = [tmp_path / f"{profile}.png" for profile in ("srgb", "p3")]
    for file in files:
        result = colorize(gray_jpeg, "-o", file, "--profile", file.stem, "--bits", bits)
        assert result.exit_code == 0
    with Image.open(files[1]) as image:
        assert image.info["icc_profile"] == output_profile("p3")
    srgb, p3 = (read_picture(file).rgb_u8.astype(int) for file in files)
    assert np.abs(srgb - p3).max() <= 6
    assert np.abs(srgb - p3).mean() < 1
    with Image.open(files[1]) as image:
        assert np.abs(np.asarray(image.convert("RGB")).astype(int) - srgb).max() > 5


def test_a_phone_picture_passes_unharmed(colorize: Tomau, tmp_path: Path) -> None:
    (tmp_path / "print.heic").write_bytes(made.file("HEIC"))
    result = colorize(tmp_path / "print.heic", "--recolor")
    target = tmp_path / "print.color.heic"
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{target}\n", "")
    written = read_picture(target)
    assert written.format == "HEIF"
    assert written.alpha is not None
    exif = Image.Exif()
    exif.load(written.exif or b"")
    assert exif.get_ifd(0x8769)[0x9003] == made.DATE
    assert exif.get_ifd(0x8825)[2] == made.LATITUDE


def test_what_is_read_only_becomes_png(colorize: Tomau, tmp_path: Path) -> None:
    (tmp_path / "camera.dng").write_bytes(made.file("DNG"))
    assert colorize(tmp_path / "camera.dng").exit_code == 0
    assert read_picture(tmp_path / "camera.color.png").bits == 16


def test_provenance_is_told_unless_it_is_not_wanted(
    colorize: Tomau, gray_jpeg: Path, tmp_path: Path
) -> None:
    assert colorize(gray_jpeg, "-o", tmp_path / "told.jpg").exit_code == 0
    assert colorize(gray_jpeg, "-o", tmp_path / "untold.jpg", "--no-provenance").exit_code == 0
    xmp = read_picture(tmp_path / "told.jpg").xmp or b""
    assert b"colourized by tomau " in xmp
    assert b", model tiny, " in xmp
    assert read_picture(tmp_path / "untold.jpg").xmp is None


def tinted(gray_u8: NDArray[np.uint8]) -> Image.Image:
    """A sepia print of the gray photograph."""
    gray = gray_u8.astype(np.float64)
    rgb = np.dstack([gray * 0.95 + 10, gray * 0.82 + 6, gray * 0.62])
    return Image.fromarray(np.rint(rgb).astype(np.uint8))


def test_an_old_prints_toning_is_reported(
    colorize: Tomau, gray_u8: NDArray[np.uint8], tmp_path: Path
) -> None:
    tinted(gray_u8).save(tmp_path / "old.png")
    result = colorize(tmp_path / "old.png", "-o", tmp_path / "new.png")
    assert result.exit_code == 0
    assert result.stderr.count("sepia toning recognised") == 1
    lab = srgb_to_lab(read_picture(tmp_path / "new.png").pixels.astype(np.float32) / 255)
    assert lab[..., 1].mean() > 15  # the model's orange, not the print's brown


def test_a_channel_is_chosen_for_the_light(
    colorize: Tomau, gray_u8: NDArray[np.uint8], tmp_path: Path
) -> None:
    tinted(gray_u8).save(tmp_path / "old.png")
    for way in ("red", "blue"):
        colorize(tmp_path / "old.png", "-o", tmp_path / f"{way}.png", "--luminance", way)
    old = read_picture(tmp_path / "old.png").pixels
    for channel, way in ((0, "red"), (2, "blue")):
        l = luminance(read_picture(tmp_path / f"{way}.png").pixels)
        assert np.abs(l - luminance(np.ascontiguousarray(old[..., channel]))).mean() < 0.1


def test_a_colour_photograph_is_warned_of_once(
    colorize: Tomau, gray_u8: NDArray[np.uint8], tmp_path: Path
) -> None:
    colours = np.dstack([gray_u8, np.roll(gray_u8, 40, 1), gray_u8[::-1]])
    Image.fromarray(colours).save(tmp_path / "colour.png")
    told = colorize(tmp_path / "colour.png", "-o", tmp_path / "a.png").stderr
    assert told.count("its own colours are left aside") == 1
    silent = colorize(tmp_path / "colour.png", "-o", tmp_path / "b.png", "--recolor")
    assert silent.stderr == ""
    np.testing.assert_array_equal(
        read_picture(tmp_path / "a.png").pixels, read_picture(tmp_path / "b.png").pixels
    )


@pytest.mark.parametrize("options", [(), ("--bits", "16"), ("--profile", "p3")])
def test_a_neutral_border_stays_neutral_dust_and_all(
    colorize: Tomau, gray_u8: NDArray[np.uint8], tmp_path: Path, options: tuple[str, ...]
) -> None:
    framed = np.pad(gray_u8, 12, constant_values=238)
    framed[4, ::29] = 60  # dust
    Image.fromarray(framed).save(tmp_path / "framed.png")
    assert colorize(tmp_path / "framed.png", "-o", tmp_path / "out.png", *options).exit_code == 0
    pixels = read_picture(tmp_path / "out.png").rgb_u8
    lab = srgb_to_lab(pixels.astype(np.float32) / 255)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    inside = np.zeros(framed.shape, bool)
    inside[12:-12, 12:-12] = True
    assert chroma[~inside].mean() < 0.5
    assert chroma[~inside].max() < 2
    assert chroma[inside].mean() > 15


def test_the_pipe_keeps_depth(colorize: Tomau, master: Path) -> None:
    result = colorize("-", stdin=master.read_bytes())
    assert result.exit_code == 0
    assert read_picture(result.stdout_bytes).bits == 16


def test_an_8_bit_photograph_loads_no_package_of_the_extra(
    tiny_model: Path, gray_jpeg: Path
) -> None:
    assert not loaded_modules("colorize", "-q", "-m", tiny_model, gray_jpeg) & FORMATS
    assert not loaded_modules("--help") & FORMATS


def test_a_damaged_file_is_one_line_whatever_its_decoder_says(
    tiny_model: Path, tmp_path: Path
) -> None:
    noisy = io.BytesIO()
    picture = Image.effect_noise((200, 200), 80)
    picture.save(noisy, "TIFF", compression="tiff_lzw")
    data = bytearray(noisy.getvalue())
    data[2000:2400] = bytes(400)
    (tmp_path / "damaged.tif").write_bytes(data)
    script = "from tomau.cli.app import main; main()"
    call = [sys.executable, "-c", script, "colorize", "-m", tiny_model, tmp_path / "damaged.tif"]
    run = subprocess.run([str(part) for part in call], capture_output=True, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith(b"error: ")
    assert run.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    "options", [("--luminance", "hue"), ("--profile", "adobe"), ("--bits", "12")]
)
def test_an_unknown_choice_is_a_usage_error(
    colorize: Tomau, gray_jpeg: Path, options: tuple[str, str]
) -> None:
    assert colorize(gray_jpeg, *options).exit_code == 2
