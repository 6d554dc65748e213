from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau


def test_the_figure_lies_beside_the_picture(tomau: Tomau, tmp_path: Path) -> None:
    rgb = np.zeros((40, 60, 3), np.uint8)
    rgb[..., 0], rgb[..., 2] = 220, np.arange(60) * 4
    Image.fromarray(rgb).save(tmp_path / "a.png")
    result = tomau("channels", tmp_path / "a.png", "--tile", "64")
    target = tmp_path / "a.channels.png"
    assert (result.exit_code, result.stdout) == (0, f"{target}\n")
    with Image.open(target) as image:
        assert image.width > 4 * 64
        shown = np.asarray(image.convert("RGB")).astype(int)
    pure_red = (shown[..., 0] > 200) & (shown[..., 1:].max(axis=-1) < 20)
    assert pure_red.sum() > 1000


def test_a_figure_that_is_there_is_not_replaced(tomau: Tomau, gray_jpeg: Path) -> None:
    target = gray_jpeg.with_name("x.png")
    target.write_text("precious")
    assert tomau("channels", gray_jpeg, "-o", target).exit_code == 2
    assert target.read_text() == "precious"
    assert tomau("channels", gray_jpeg, "-o", target, "--overwrite").exit_code == 0


def test_the_input_is_never_replaced(tomau: Tomau, gray_jpeg: Path) -> None:
    before = gray_jpeg.read_bytes()
    assert tomau("channels", gray_jpeg, "-o", gray_jpeg, "--overwrite").exit_code == 2
    assert gray_jpeg.read_bytes() == before


def test_a_bad_picture_is_one_line(tomau: Tomau, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("text")
    result = tomau("channels", tmp_path / "a.jpg")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
