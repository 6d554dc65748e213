from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.runtime.conftest import write_network
from tomau.color.bins import ab_bins
from tomau.runtime import ModelCard, file_sha256, write_card

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that finds reds likely where it is light, and blues where it is dark."""
    folder = tmp_path_factory.mktemp("suggesting")
    slope = np.exp(-((ab_bins() - (50, 30)) ** 2).sum(1) / 200)
    slope -= np.exp(-((ab_bins() - (10, -50)) ** 2).sum(1) / 200)
    one_by_one = np.ones((1, 1), np.float32)
    weights = {
        "ab": np.zeros((2, 1, 1, 1), np.float32),
        "guide": np.zeros((34, 1, 4, 4), np.float32),
        "features": np.zeros((5, 1, 16, 16), np.float32),
        "classes": (slope[:, None, None, None] * one_by_one).repeat(8, 2).repeat(8, 3),
    }
    weights["classes"] = weights["classes"].astype(np.float32)
    file = write_network(folder / "model.onnx", {"l": 1}, weights)
    facts = {"sha256": file_sha256(file), "bytes": file.stat().st_size, "stride": 32, "size": 64}
    write_card(ModelCard(name="s", version="1", architecture="a", hints=True, **facts), folder)
    return folder


def test_likely_colours_are_named_with_their_hint(
    tomau: Tomau, model: Path, gray_jpeg: Path
) -> None:
    result = tomau("suggest", gray_jpeg, "--at", "10,5", "-m", model, "--json", "-n", "3")
    assert result.exit_code == 0, result.stderr
    first, *others = json.loads(result.stdout)
    red, _, blue = bytes.fromhex(first["color"][1:])
    assert red > blue + 40
    assert first["hint"] == f"10,5={first['color']}"
    assert first["share"] > max((other["share"] for other in others), default=0)
    lines = tomau("suggest", gray_jpeg, "--at", "10,5", "-m", model).stdout.splitlines()
    assert lines[0].endswith(f"--hint 10,5={first['color']}")


@pytest.mark.parametrize(
    ("at", "message"),
    [("140,5", "expected x in 0..139 and y in 0..89"), ("5;5", "expected x,y in pixels")],
)
def test_a_place_that_is_none_is_told(
    tomau: Tomau, model: Path, gray_jpeg: Path, at: str, message: str
) -> None:
    result = tomau("suggest", gray_jpeg, "--at", at, "-m", model)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_model_without_hints_is_told(tomau: Tomau, tiny_model: Path, gray_jpeg: Path) -> None:
    result = tomau("suggest", gray_jpeg, "--at", "5,5", "-m", tiny_model)
    assert result.exit_code == 2
    assert "suggestions were asked of a model that tells none" in result.stderr


def test_a_gallery_is_asked_in_place_of_the_model(
    tomau: Tomau, model: Path, gray_jpeg: Path, gray_u8: np.ndarray, tmp_path: Path
) -> None:
    place, picture = tmp_path / "gallery", tmp_path / "blue.png"
    Image.fromarray(np.dstack((gray_u8 // 3, gray_u8 // 2, gray_u8))).save(picture)
    added = tomau("gallery", "add", picture, "--gallery", place, "-m", model)
    assert added.exit_code == 0, added.stderr
    arguments = ("suggest", gray_jpeg, "--at", "100,70", "-m", model, "--gallery", place)
    result = tomau(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    first, *_ = json.loads(result.stdout)
    red, _, blue = bytes.fromhex(first["color"][1:])
    assert blue > red + 40
    assert first["hint"] == f"100,70={first['color']}"
    assert first["picture"] == str(picture)
    line, *_ = tomau(*arguments).stdout.splitlines()
    assert line.endswith(f"--hint 100,70={first['color']}  {picture}")


def test_an_empty_gallery_is_told(
    tomau: Tomau, model: Path, gray_jpeg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for asked, told in (("own", tmp_path / "data/tomau/gallery"), (tmp_path / "x", tmp_path / "x")):
        result = tomau("suggest", gray_jpeg, "--at", "5,5", "-m", model, "--gallery", asked)
        assert result.exit_code == 2
        assert f"the gallery {told} is empty" in " ".join(result.stderr.split())
