from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tomau.color import srgb_to_lab

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau


@pytest.fixture
def blue(tmp_path: Path) -> Path:
    path = tmp_path / "blue.png"
    rows = np.linspace(40, 200, 64).astype(np.uint8)[:, np.newaxis].repeat(48, 1)
    Image.fromarray(np.dstack((rows // 4, rows // 2, rows))).save(path)
    return path


def mean_ab(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        lab = srgb_to_lab(np.asarray(image.convert("RGB")).astype(np.float32) / 255)
    return lab[..., 1:].mean(axis=(0, 1))


@pytest.mark.parametrize("method", ["welsh", "reinhard", "transport"])
def test_a_reference_lends_its_colours(
    colorize: Tomau, gray_jpeg: Path, blue: Path, tmp_path: Path, method: str
) -> None:
    target = tmp_path / "out.png"
    arguments = ("--reference", blue, "--exemplar-method", method)
    result = colorize(gray_jpeg, "-o", target, *arguments)
    assert result.exit_code == 0, result.stderr
    assert mean_ab(target)[1] < -20
    assert mean_ab(blue)[1] < -20


def test_a_model_without_features_says_what_it_does_instead(
    colorize: Tomau, gray_jpeg: Path, blue: Path, tmp_path: Path
) -> None:
    plain, taken = tmp_path / "plain.png", tmp_path / "taken.png"
    assert colorize(gray_jpeg, "-o", plain).exit_code == 0
    result = colorize(gray_jpeg, "-o", taken, "--reference", blue, "--reference", blue)
    assert result.exit_code == 0, result.stderr
    assert "this model tells no features" in result.stderr
    assert mean_ab(blue)[1] < mean_ab(taken)[1] < mean_ab(plain)[1] - 5


def test_one_reference_serves_a_folder_and_hints_come_on_top(
    colorize: Tomau, gray_jpeg: Path, blue: Path, tmp_path: Path
) -> None:
    other = gray_jpeg.with_name("other.jpg")
    other.write_bytes(gray_jpeg.read_bytes())
    out = tmp_path / "out"
    result = colorize(gray_jpeg, other, "-o", out, "--reference", blue)
    assert result.exit_code == 0, result.stderr
    assert len([*out.iterdir()]) == 2
    target = tmp_path / "hinted.png"
    arguments = ("--reference", blue, "--hint", "70,45=#c03028", "--exact")
    assert colorize(gray_jpeg, "-o", target, *arguments).exit_code == 0
    with Image.open(target) as image:
        red, _, near_blue = image.getpixel((70, 45))
    assert red > near_blue + 40


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--reference", "nowhere.jpg"), "the reference nowhere.jpg cannot be used"),
        (("--exemplar-method", "welsh"), "came without --reference"),
        (("--reference", "{blue}", "--exemplar-method", "deep"), "a model that tells no features"),
    ],
)
def test_references_that_cannot_be_used_are_told(
    colorize: Tomau, gray_jpeg: Path, blue: Path, tmp_path: Path, arguments: tuple[str, ...],
    message: str,
) -> None:  # fmt: skip
    target = tmp_path / "out.png"
    given = [argument.replace("{blue}", str(blue)) for argument in arguments]
    result = colorize(gray_jpeg, "-o", target, *given)
    assert result.exit_code != 0
    assert not target.exists()
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
