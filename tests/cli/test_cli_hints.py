from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tomau.color import srgb_to_lab

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau

BLUE = (40, 60, 190)


def lab_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return srgb_to_lab(np.asarray(image.convert("RGB")).astype(np.float32) / 255)


def test_a_hint_colours_its_place_and_not_all(
    colorize: Tomau, gray_jpeg: Path, tmp_path: Path
) -> None:
    plain, hinted = tmp_path / "plain.png", tmp_path / "hinted.png"
    assert colorize(gray_jpeg, "-o", plain).exit_code == 0
    result = colorize(gray_jpeg, "-o", hinted, "--hint", "70,45=#283cbe")
    assert result.exit_code == 0, result.stderr
    before, after = lab_of(plain), lab_of(hinted)
    assert before[45, 70, 2] > 10 > -20 > after[45, 70, 2]
    change = np.abs(after - before)
    assert change[:8, :8, 1:].max() < 0.3 * change[45, 70, 1:].max()
    assert np.abs(after - before)[..., 0].mean() < 0.3  # the photograph's own light


def test_strokes_and_paint_come_from_files(
    colorize: Tomau, gray_jpeg: Path, tmp_path: Path
) -> None:
    strokes = tmp_path / "hints.json"
    stroke = {"points": [[60, 45], [80, 45]], "color": "#283cbe"}
    strokes.write_text(json.dumps({"width": 140, "height": 90, "strokes": [stroke]}))
    paint = np.zeros((90, 140, 4), np.uint8)
    paint[5:10, 5:30] = (*BLUE, 255)
    painted = tmp_path / "paint.png"
    Image.fromarray(paint).save(painted)
    target = tmp_path / "out.png"
    arguments = ("--hints", strokes, "--scribbles", painted, "--exact")
    result = colorize(gray_jpeg, "-o", target, *arguments)
    assert result.exit_code == 0, result.stderr
    after = lab_of(target)
    assert after[45, 70, 2] < -20
    assert after[7, 15, 2] < -15


def test_a_pipe_takes_hints(colorize: Tomau, gray_jpeg: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    stdin = gray_jpeg.read_bytes()
    result = colorize("-", "-o", target, "--hint", "70,45=#283cbe", stdin=stdin)
    assert result.exit_code == 0, result.stderr
    assert lab_of(target)[45, 70, 2] < -20


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--hint", "140,5=red"), 1, "expected x in 0..139"),
        (("--hint", "1,5=redd"), 2, "'redd' is not a colour"),
        (("--exact",), 2, "--exact came without hints"),
        (("--reach", "2"), 2, "--reach came without hints"),
        (("--hints", "nowhere.json"), 1, "nowhere.json cannot be read"),
    ],
)
def test_hints_that_cannot_be_used_are_told(
    colorize: Tomau, gray_jpeg: Path, tmp_path: Path, arguments: tuple[str, ...], code: int,
    message: str,
) -> None:  # fmt: skip
    target = tmp_path / "out.png"
    result = colorize(gray_jpeg, "-o", target, *arguments)
    assert (result.exit_code, target.exists()) == (code, False)
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_hints_for_many_photographs_are_refused(
    colorize: Tomau, gray_jpeg: Path, tmp_path: Path
) -> None:
    other = gray_jpeg.with_name("other.jpg")
    other.write_bytes(gray_jpeg.read_bytes())
    result = colorize(gray_jpeg, other, "-o", tmp_path / "out", "--hint", "1,1=red")
    assert result.exit_code == 2
    assert "hints came with 2 photographs; expected one" in result.stderr
