from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tomau.imaging import Picture, read_picture
from tomau.runtime import Colorizer, RunOptions, Task, colorizer, large
from tomau.runtime.batch import colorize_file
from tomau.runtime.card import ModelCard
from tomau.runtime.contract import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

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


@pytest.mark.parametrize("coloured", [False, True])
def test_by_strips_or_at_once_is_the_same_picture(
    wavy: Colorizer, scan: NDArray[np.uint8], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.dstack([scan, scan[::-1], 255 - scan]) if coloured else scan
    monkeypatch.setattr(colorizer, "LARGE_PIXELS", 200_000)
    by_strips = wavy.colorize_picture(Picture(pixels)).pixels
    at_once = wavy.colorize(pixels)
    assert np.ptp(at_once.astype(int), axis=2).max() > 60
    assert np.abs(by_strips.astype(int) - at_once).max() <= 1
    assert np.mean(by_strips != at_once) < 1e-3


def test_a_large_picture_looks_as_it_does_below_the_limit(
    wavy: Colorizer, scan: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = wavy.colorize_picture(Picture(scan)).pixels
    monkeypatch.setattr(colorizer, "LARGE_PIXELS", 200_000)
    large_u8 = wavy.colorize_picture(Picture(scan)).pixels
    # The network sees the picture reduced in two steps instead of one.
    assert np.abs(large_u8.astype(int) - small).mean() < 0.5


@pytest.mark.parametrize("layout", [{"tile": (64, 80)}, {"rowsperstrip": 50}])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_tiff_by_rows_is_the_picture_in_memory(
    wavy: Colorizer,
    scan: NDArray[np.uint8],
    tmp_path: Path,
    layout: dict[str, Any],
    compression: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, target = tmp_path / "scan.tif", tmp_path / "out.tif"
    tifffile.imwrite(source, scan, compression=compression, description="Elms", **layout)
    monkeypatch.setattr(large, "LARGE_PIXELS", 1000)
    monkeypatch.setattr("tomau.color.render._LEAST_ROWS", 48)
    outcome = colorize_file(Task(source, target, "TIFF"), wavy, RunOptions())
    assert outcome.status == "done", outcome.reason
    assert (outcome.height, outcome.width) == scan.shape
    assert "by rows" in outcome.notes[0]
    untiled = large.colorize_large(wavy, scan, size=None, strength=1.0)
    tiled = read_picture(target).pixels
    assert np.abs(tiled.astype(int) - untiled).max() <= 1
    assert np.mean(tiled != untiled) < 1e-3
    with Image.open(target) as image:
        assert image.tag_v2[270] == "Elms"


def test_thin_strips_leave_no_seam(
    wavy: Colorizer, scan: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = large.colorize_large(wavy, scan, size=None, strength=1.4)
    for rows in (1, 17, 100):
        monkeypatch.setattr("tomau.color.render._LEAST_ROWS", rows)
        monkeypatch.setattr("tomau.color.render._STRIP_PIXELS", 1)
        strips = large.colorize_large(wavy, scan, size=None, strength=1.4)
        assert np.abs(strips.astype(int) - whole).max() <= 1


def test_a_tiff_beyond_the_limit_or_in_the_way_is_told(
    wavy: Colorizer, scan: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "scan.tif", tmp_path / "out.tif"
    tifffile.imwrite(source, scan, tile=(64, 64))
    monkeypatch.setattr(large, "LARGE_PIXELS", 1000)
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
    monkeypatch.setattr(large, "LARGE_PIXELS", 1000)
    outcome = colorize_file(Task(source, target, "TIFF"), wavy, RunOptions())
    assert outcome.status == "failed"
    assert "damaged TIFF" in outcome.reason
    assert list(tmp_path.iterdir()) == [source]
