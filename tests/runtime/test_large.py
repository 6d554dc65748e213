from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tomau.imaging import Picture, read_picture
from tomau.runtime import Colorizer, Finish, RunOptions, Task, colorizer, large, light
from tomau.runtime.batch import colorize_file
from tomau.runtime.card import ModelCard
from tomau.runtime.contract import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction
    from tomau.runtime.working_size import AskedSize

tifffile = pytest.importorskip("tifffile")


class WavyNetwork:
    """Colours that depend on luminance and place: a seam or a shift would show."""

    provider = "test"

    def run(self, l: NDArray[np.float32]) -> Answer:
        rows, columns = np.indices(l.shape[2:])
        a = 0.4 * l[0, 0] + 0.3 * np.sin(rows / 7)
        b = 0.5 * np.cos(columns / 9) - 0.2 * l[0, 0]
        return Answer(np.stack([a, b])[np.newaxis].astype(np.float32), None)


@pytest.fixture
def wavy(hint_model: Path) -> Colorizer:
    card = ModelCard.model_construct(
        name="wavy",
        version="0",
        sha256="0" * 64,
        size=64,
        stride=32,
        chroma_gain=1.0,
        file=str(hint_model),
    )
    return Colorizer(card, WavyNetwork(), threads=2)


@pytest.fixture(scope="module")
def scan() -> NDArray[np.uint8]:
    """Gray with edges, texture and grain, 611 x 900."""
    rows, columns = np.mgrid[0:611, 0:900]
    waves = 110 + 60 * np.sin(rows / 31) * np.cos(columns / 23) + 40 * (columns % 150 > 70)
    grain = np.random.default_rng(2).normal(0, 6, waves.shape)
    return np.clip(waves + grain, 0, 255).astype(np.uint8)


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(light, "LARGE_PIXELS", 200_000)
    monkeypatch.setattr(colorizer, "LARGE_PIXELS", 200_000)
    monkeypatch.setattr(large, "LEAST_PIXELS", 1000)


@pytest.mark.usefixtures("everything_is_large")
@pytest.mark.parametrize("coloured", [False, True])
def test_by_strips_or_at_once_is_the_same_picture(
    wavy: Colorizer, scan: NDArray[np.uint8], coloured: bool
) -> None:
    pixels = np.dstack([scan, scan[::-1], 255 - scan]) if coloured else scan
    by_strips = wavy.colorize_picture(Picture(pixels)).pixels
    at_once = wavy.colorize(pixels)
    assert np.ptp(at_once.astype(int), axis=2).max() > 60
    assert np.abs(by_strips.astype(int) - at_once).max() <= 1
    assert np.mean(by_strips != at_once) < 1e-3


def test_a_large_picture_looks_as_it_does_below_the_limit(
    wavy: Colorizer, scan: NDArray[np.uint8], request: pytest.FixtureRequest
) -> None:
    small = wavy.colorize_picture(Picture(scan)).pixels
    request.getfixturevalue("everything_is_large")
    large_u8 = wavy.colorize_picture(Picture(scan)).pixels
    # The network sees the picture reduced in two steps instead of one.
    assert np.abs(large_u8.astype(int) - small).mean() < 0.5


@pytest.mark.usefixtures("everything_is_large")
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("layout", [{"tile": (64, 80)}, {"rowsperstrip": 50}])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_tiff_by_rows_is_the_picture_in_memory(
    wavy: Colorizer,
    scan: NDArray[np.uint8],
    tmp_path: Path,
    layout: dict[str, Any],
    compression: str | None,
    bits: int,
) -> None:
    pixels = scan if bits == 8 else scan.astype(np.uint16) * 257 + 3
    source, target = tmp_path / "scan.tif", tmp_path / "out.tif"
    tifffile.imwrite(source, pixels, compression=compression, **layout)
    outcome = colorize_file(Task(source, target, "TIFF"), wavy, RunOptions())
    assert outcome.status == "done", outcome.reason
    assert (outcome.height, outcome.width) == scan.shape
    untiled = wavy.colorize_picture(read_picture(source)).pixels
    tiled = read_picture(target).pixels
    assert tiled.dtype == untiled.dtype == pixels.dtype
    assert np.abs(tiled.astype(int) - untiled).max() <= 1


@pytest.mark.parametrize("finish", [Finish(), Finish(bits=16, profile="p3", luminance="red")])
def test_a_tiff_by_rows_keeps_what_a_small_one_keeps(
    wavy: Colorizer,
    scan: NDArray[np.uint8],
    tmp_path: Path,
    finish: Finish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Borders, toning, EXIF, resolution, profile and provenance, by rows as in memory."""
    framed = np.full((700, 1000), 245, np.uint8)
    framed[40:651, 50:950] = scan
    sepia = (framed[..., np.newaxis] * np.array([1.0, 0.85, 0.66])).astype(np.uint8)
    source = tmp_path / "scan.tif"
    Image.fromarray(sepia).save(
        source, dpi=(400, 300), tiffinfo={270: "Elms", 306: "1931:05:01 12:00:00"}
    )
    options = RunOptions(finish=finish)
    small = colorize_file(Task(source, tmp_path / "small.tif", "TIFF"), wavy, options)
    monkeypatch.setattr(large, "LEAST_PIXELS", 1000)
    by_rows = colorize_file(Task(source, tmp_path / "rows.tif", "TIFF"), wavy, options)
    assert by_rows.status == small.status == "done", (by_rows.reason, small.reason)
    assert by_rows.notes == small.notes
    assert "sepia toning recognised" in by_rows.notes[0]
    one, other = read_picture(small.target), read_picture(by_rows.target)
    assert np.abs(one.pixels.astype(int) - other.pixels).max() <= 1
    assert (other.icc, other.xmp, other.exif, other.dpi) == (one.icc, one.xmp, one.exif, one.dpi)
    assert other.xmp is not None
    assert b"model wavy" in other.xmp
    assert np.ptp(other.pixels[:40].astype(int), axis=2).max() <= (2 if finish.bits is None else 9)
    with Image.open(by_rows.target) as image:
        assert image.tag_v2[270] == "Elms"


@pytest.mark.usefixtures("everything_is_large")
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("bigtiff", [False, True])
def test_any_byte_order_and_big_tiff(
    wavy: Colorizer,
    scan: NDArray[np.uint8],
    tmp_path: Path,
    byteorder: str,
    bigtiff: bool,
) -> None:
    source, target = tmp_path / "scan.tif", tmp_path / "out.tif"
    deep = scan.astype(np.uint16) * 257
    tifffile.imwrite(source, deep, byteorder=byteorder, bigtiff=bigtiff, tile=(64, 64))
    outcome = colorize_file(Task(source, target, "TIFF"), wavy, RunOptions())
    assert outcome.status == "done", outcome.reason
    from_memory = wavy.colorize_picture(Picture(deep)).pixels
    assert np.abs(read_picture(target).pixels.astype(int) - from_memory).max() <= 1


@pytest.mark.usefixtures("everything_is_large")
def test_thin_strips_leave_no_seam(
    wavy: Colorizer,
    scan: NDArray[np.uint8],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = wavy.colorize_picture(Picture(scan), strength=1.4).pixels
    for rows in (1, 17, 100):
        monkeypatch.setattr("tomau.color.render._LEAST_ROWS", rows)
        monkeypatch.setattr("tomau.color.render._STRIP_PIXELS", 1)
        strips = wavy.colorize_picture(Picture(scan), strength=1.4).pixels
        assert np.abs(strips.astype(int) - whole).max() <= 1


@pytest.mark.usefixtures("everything_is_large")
def test_the_model_that_answered_is_named(
    wavy: Colorizer, scan: NDArray[np.uint8], tmp_path: Path
) -> None:
    class Routed(Colorizer):
        def predict(self, l: NDArray[np.float32], *, size: AskedSize = None) -> Prediction:
            other = ModelCard.model_construct(name="specialist", sha256="1" * 64)
            return replace(super().predict(l, size=size), notes=("by a specialist",), card=other)

    routed = Routed(wavy.card, wavy.session, threads=2)
    source, target = tmp_path / "scan.tif", tmp_path / "out.tif"
    tifffile.imwrite(source, scan, tile=(64, 64))
    outcome = colorize_file(Task(source, target, "TIFF"), routed, RunOptions())
    in_memory = routed.colorize_picture(Picture(scan))
    for notes, xmp in (
        (outcome.notes, read_picture(target).xmp),
        (in_memory.notes, in_memory.xmp),
    ):
        assert "by a specialist" in notes
        assert xmp is not None
        assert b"model specialist" in xmp


def test_a_tiff_beyond_the_limit_or_in_the_way_is_told(
    wavy: Colorizer, scan: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "scan.tif", tmp_path / "out.tif"
    tifffile.imwrite(source, scan, tile=(64, 64))
    monkeypatch.setattr(large, "LEAST_PIXELS", 1000)
    task = Task(source, target, "TIFF")
    refused = colorize_file(task, wavy, RunOptions(max_pixels=5000))
    assert refused.status == "failed"
    assert "expected at most 5,000" in refused.reason
    target.write_bytes(b"mine")
    assert colorize_file(task, wavy, RunOptions()).status == "failed"
    assert target.read_bytes() == b"mine"


def test_a_damaged_tile_leaves_no_result(
    wavy: Colorizer, scan: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "scan.tif", tmp_path / "out.tif"
    tifffile.imwrite(source, scan, tile=(64, 64), compression="zlib")
    data = bytearray(source.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = bytes(4000)
    source.write_bytes(data)
    monkeypatch.setattr(large, "LEAST_PIXELS", 1000)
    outcome = colorize_file(Task(source, target, "TIFF"), wavy, RunOptions())
    assert outcome.status == "failed"
    assert "damaged TIFF" in outcome.reason
    assert list(tmp_path.iterdir()) == [source]
