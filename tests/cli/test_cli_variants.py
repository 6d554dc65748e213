from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tomau.cli.variants_run import diversity

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_variants_are_written_with_a_sheet(
    colorize: Tomau, gray_jpeg: Path, tmp_path: Path
) -> None:
    plain, target = tmp_path / "plain.png", tmp_path / "out.png"
    assert colorize(gray_jpeg, "-o", plain).exit_code == 0
    result = colorize(gray_jpeg, "-o", target, "--variants", "3", "--seed", "2", "--json")
    assert result.exit_code == 0, result.stderr
    files = [tmp_path / f"out.{k}.png" for k in (1, 2, 3)]
    told = json.loads(result.stdout)
    assert told["variants"] == [str(file) for file in files]
    assert told["mean_de00"] > 2
    np.testing.assert_array_equal(pixels(files[0]), pixels(plain))
    assert np.abs(pixels(files[1]) - pixels(files[2])).mean() > 2
    assert (tmp_path / "out.variants.jpg").is_file()
    assert not target.exists()


def test_a_seed_repeats(colorize: Tomau, gray_jpeg: Path, tmp_path: Path) -> None:
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        target = tmp_path / f"{name}.png"
        assert colorize(gray_jpeg, "-o", target, "--variants", "2", "--seed", seed).exit_code == 0
    second = {name: pixels(tmp_path / f"{name}.2.png") for name in "abc"}
    np.testing.assert_array_equal(second["a"], second["b"])
    assert (second["a"] != second["c"]).any()


def test_what_is_there_is_not_replaced_unasked(
    colorize: Tomau, gray_jpeg: Path, tmp_path: Path
) -> None:
    arguments = (gray_jpeg, "-o", tmp_path / "out.png", "--variants", "2")
    (tmp_path / "out.2.png").write_text("precious")
    result = colorize(*arguments)
    assert result.exit_code == 2
    assert "out.2.png is there already" in result.stderr
    assert not (tmp_path / "out.1.png").exists()
    assert (tmp_path / "out.2.png").read_text() == "precious"
    assert colorize(*arguments, "--overwrite").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--variants", "2", "--report", "r.csv"), "it is for one photograph"),
        (("--variants", "0"), "--variants"),
    ],
)
def test_what_does_not_go_together_is_told(
    colorize: Tomau, gray_jpeg: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = colorize(gray_jpeg, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_several_photographs_are_refused(colorize: Tomau, gray_jpeg: Path, tmp_path: Path) -> None:
    other = gray_jpeg.with_name("other.jpg")
    other.write_bytes(gray_jpeg.read_bytes())
    result = colorize(gray_jpeg, other, "-o", tmp_path / "out", "--variants", "2")
    assert result.exit_code == 2
    assert "--variants came with 2 photographs; expected one" in result.stderr


def test_diversity_is_the_mean_over_pairs() -> None:
    red, blue = (np.full((4, 4, 3), color, np.uint8) for color in ((200, 0, 0), (0, 0, 200)))
    assert diversity([red]) == 0
    assert diversity([red, red, blue]) == pytest.approx(2 / 3 * diversity([red, blue]))
