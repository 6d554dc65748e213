from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau


@pytest.fixture
def pictures(tmp_path: Path, gray_u8: np.ndarray) -> Path:
    folder = tmp_path / "pictures" / "below"
    folder.mkdir(parents=True)
    Image.fromarray(np.dstack((gray_u8 // 4, gray_u8 // 2, gray_u8))).save(folder / "blue.png")
    turned = gray_u8[::-1, ::-1]
    Image.fromarray(np.dstack((turned, turned // 2, turned // 4))).save(folder / "red.png")
    return folder.parent


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "tomau" / "gallery"


def test_a_gallery_proposes_and_lends(
    tomau: Tomau, tiny_model: Path, pictures: Path, place: Path, gray_jpeg: Path, tmp_path: Path
) -> None:
    added = tomau("gallery", "add", pictures, "-m", tiny_model)
    assert added.exit_code == 0, added.stderr
    assert added.stdout.strip() == str(place)
    assert "2 added, 2 in the gallery" in added.stderr
    found = tomau("gallery", "suggest", gray_jpeg, "-m", tiny_model, "--json")
    assert found.exit_code == 0, found.stderr
    best, other = json.loads(found.stdout)
    assert best["path"].endswith("blue.png")
    assert best["likeness"] > other["likeness"]
    target = tmp_path / "out.png"
    arguments = ("-o", target, "--reference", "gallery", "--reference-trust", "2")
    result = tomau("colorize", "-m", tiny_model, gray_jpeg, *arguments)
    assert result.exit_code == 0, result.stderr
    assert "colours after blue.png, red.png" in result.stderr
    assert target.is_file()


@pytest.mark.usefixtures("place")
def test_what_cannot_be_added_is_told(
    tomau: Tomau, tiny_model: Path, pictures: Path, tmp_path: Path
) -> None:
    (pictures / "broken.jpg").write_text("nothing")
    result = tomau("gallery", "add", pictures, "-m", tiny_model)
    assert result.exit_code == 1
    assert "broken.jpg" in result.stderr
    assert "2 added" in result.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    nothing = tomau("gallery", "add", empty, "-m", tiny_model)
    assert (nothing.exit_code, "no picture was found" in nothing.stderr) == (1, True)


def test_an_empty_gallery_is_told(
    tomau: Tomau, tiny_model: Path, place: Path, gray_jpeg: Path
) -> None:
    result = tomau("gallery", "suggest", gray_jpeg, "-m", tiny_model)
    assert result.exit_code == 2
    assert f"the gallery {place} is empty" in " ".join(result.stderr.split())
    both = tomau("colorize", "-m", tiny_model, gray_jpeg, "--reference", "gallery",
                 "--reference", gray_jpeg)  # fmt: skip
    assert both.exit_code == 2
    assert "expected it alone" in both.stderr
