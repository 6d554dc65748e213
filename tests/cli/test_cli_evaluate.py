from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.cli.conftest import Tomau


@pytest.fixture
def truth(tmp_path: Path, gray_u8: NDArray[np.uint8]) -> Path:
    """Two photographs in warm colours."""
    folder = tmp_path / "truth"
    folder.mkdir()
    for name, blue in (("a", 0.5), ("b", 0.7)):
        rgb = np.stack([gray_u8, gray_u8 * 0.8, gray_u8 * blue], axis=-1).astype(np.uint8)
        Image.fromarray(rgb).save(folder / f"{name}.png")
    return folder


def test_the_truth_scores_perfectly_against_itself(tomau: Tomau, truth: Path) -> None:
    result = tomau("evaluate", truth, truth, "--json", "--size", "64")
    assert result.exit_code == 0
    scores = json.loads(result.stdout)
    assert scores["count"] == 2
    assert scores["means"]["result"]["rmse"] == 0
    assert scores["means"]["result"]["psnr"] is None  # infinite
    assert scores["gain_over_gray"] == 1
    assert scores["means"]["gray"]["rmse"] > 5


def test_a_table_and_a_csv(tomau: Tomau, truth: Path, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    result = tomau("evaluate", truth, truth, "--csv", path, "--size", "64")
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if line}
    assert lines["ssim"][0] == "1"
    assert "resized to 64x64" in result.stdout
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    assert {(row["key"], row["answer"]) for row in rows} >= {("a", "result"), ("b", "gray")}


def test_a_model_is_scored_on_photos(tomau: Tomau, tiny_model: Path, truth: Path) -> None:
    call = ("evaluate", "-m", tiny_model, "--data", truth, "--size", "64", "--json")
    orange = json.loads(tomau(*call).stdout)
    gray = json.loads(tomau(*call, "--strength", "0", "--limit", "1").stdout)
    assert (orange["count"], gray["count"]) == (2, 1)
    assert orange["means"]["result"]["chroma"] > 20
    assert gray["gain_over_gray"] == pytest.approx(0, abs=0.01)


def test_what_cannot_be_scored_is_named(tomau: Tomau, truth: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    Image.new("RGB", (64, 64)).save(results / "a.jpg")
    (results / "b.jpg").write_text("text")
    result = tomau("evaluate", results, truth, "--size", "64")
    assert result.exit_code == 1
    assert sum("b.jpg" in line for line in result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [(), ("a",), ("--model", "default"), ("a", "b", "--model", "default")]
)
def test_half_a_call_is_a_usage_error(tomau: Tomau, arguments: tuple[str, ...]) -> None:
    result = tomau("evaluate", *arguments)
    assert result.exit_code == 2
    assert "expected two folders" in result.stderr


def test_a_missing_folder_is_one_line(tomau: Tomau, truth: Path, tmp_path: Path) -> None:
    result = tomau("evaluate", tmp_path / "none", truth)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_anchors_and_rivals_stand_in_the_same_table(
    tomau: Tomau, tiny_model: Path, truth: Path
) -> None:
    result = tomau(
        *("evaluate", "-m", tiny_model, "--data", truth, "--size", "64", "--json"),
        *("--rival", f"perfect={truth}", "--mean-color", truth),
    )
    assert (result.exit_code, result.stderr) == (0, "")
    facts = json.loads(result.stdout)
    assert list(facts["means"]) == ["result", "perfect", "gray", "mean_color", "truth"]
    assert facts["means"]["perfect"]["rmse"] == 0
    # Both photographs are warm: their mean colour is nearer than gray.
    assert facts["means"]["mean_color"]["rmse"] < facts["means"]["gray"]["rmse"]
    assert f"of the photos of {truth}" in facts["protocol"]
    low, high = facts["intervals"]["result"]["rmse"]
    assert low <= facts["means"]["result"]["rmse"] <= high


def test_missing_weights_are_answered_with_the_file_that_is_needed(
    tomau: Tomau, truth: Path, tmp_path: Path
) -> None:
    result = tomau("evaluate", truth, truth, "--lpips", tmp_path / "none.pth")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "alexnet-owt-7be5be79.pth" in result.stderr
    assert "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02" in result.stderr


@pytest.mark.parametrize(("option", "module"), [("--report", "report"), ("--fid", "perceptual")])
def test_a_missing_extra_is_named(
    tomau: Tomau, truth: Path, monkeypatch: pytest.MonkeyPatch, option: str, module: str
) -> None:
    from tomau import evaluation

    monkeypatch.delattr(evaluation, module, raising=False)
    monkeypatch.setitem(sys.modules, f"tomau.evaluation.{module}", None)
    result = tomau("evaluate", truth, truth, option, truth / "x.html")
    assert result.exit_code == 1
    assert 'pip install "tomau[eval]"' in result.stderr
