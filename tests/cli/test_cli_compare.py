from __future__ import annotations

import csv
import json
import tarfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.cli.test_cli_app import loaded_modules

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.cli.conftest import Tomau


@pytest.fixture
def truth(tmp_path: Path, gray_u8: NDArray[np.uint8]) -> Path:
    """Three photographs in warm colours."""
    folder = tmp_path / "truth"
    folder.mkdir()
    for name, blue in (("a", 0.5), ("b", 0.7), ("c", 0.6)):
        rgb = np.stack([gray_u8, gray_u8 * 0.8, gray_u8 * blue], axis=-1).astype(np.uint8)
        Image.fromarray(rgb).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def rival(tmp_path: Path, truth: Path) -> Path:
    """Somebody's results: a little paler than the truth."""
    folder = tmp_path / "rival"
    folder.mkdir()
    for path in truth.iterdir():
        with Image.open(path) as image:
            gray = image.convert("L").convert("RGB")
            Image.blend(image, gray, 0.2).save(folder / path.name)
    return folder


def test_folders_and_models_stand_side_by_side(
    tomau: Tomau, tiny_model: Path, truth: Path, rival: Path
) -> None:
    call = ("compare", f"model={tiny_model}", rival, "--size", "64", "--json")
    result = tomau(*call, "--truth", truth)
    assert (result.exit_code, result.stderr) == (0, "")
    facts = json.loads(result.stdout)
    assert set(facts["means"]) == {"model", "rival", "gray", "mean_color", "truth"}
    assert facts["count"] == 3
    assert facts["means"]["rival"]["rmse"] < facts["means"]["model"]["rmse"]
    assert facts["pairs"][0]["first"] == "model"
    rmse = next(part for part in facts["pairs"][0]["differences"] if part["metric"] == "rmse")
    assert rmse["second_better"] == 1
    assert tomau(*call, "--data", truth).stdout == result.stdout


def test_the_table_names_everybody(tomau: Tomau, truth: Path, rival: Path, tmp_path: Path) -> None:
    result = tomau(
        "compare", rival, f"same={truth}", "-t", truth, "--size", "64", "--csv", tmp_path / "x.csv"
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].split() == ["rival", "same", "gray", "mean_color", "truth"]
    assert "rival - same, photo by photo" in result.stdout
    assert "of these photos" in result.stdout.splitlines()[-1]
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    assert len(rows) == 3 * 5


def test_the_truth_may_lie_in_a_shard(
    tomau: Tomau, truth: Path, rival: Path, tmp_path: Path
) -> None:
    shard = tmp_path / "val.tar"
    with tarfile.open(shard, "w") as tar:
        for path in sorted(truth.iterdir()):
            tar.add(path, path.name)
    result = tomau("compare", rival, "--data", shard, "--size", "64", "--json", "--limit", "2")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["count"] == 2


def test_a_report_and_its_plots(tomau: Tomau, truth: Path, rival: Path, tmp_path: Path) -> None:
    page = tmp_path / "out" / "page.html"
    result = tomau("compare", rival, "-t", truth, "--size", "64", "--report", page)
    assert result.exit_code == 0
    assert f"report: {page}" in result.stderr
    assert "data:image/jpeg" in page.read_text(encoding="utf-8")
    assert (page.parent / "page-plots" / "rmse.png").is_file()


def test_a_missing_answer_leaves_the_photo_out_for_all(
    tomau: Tomau, truth: Path, rival: Path
) -> None:
    (rival / "b.png").unlink()
    result = tomau("compare", rival, f"same={truth}", "-t", truth, "--size", "64", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["count"] == 2
    assert "rival: b: no result of that name" in result.stderr
    assert sum(line.startswith("error: ") for line in result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("x",), 2, "expected --truth PATH"),
        (("nobody", "-t", "TRUTH"), 2, "nobody is no folder of pictures, and no model is called"),
        (("a=TRUTH", "a=TRUTH", "-t", "TRUTH"), 2, "two results are called 'a'"),
        (("a=TRUTH", "-t", "nowhere"), 1, "no folder or shard at nowhere"),
        (
            ("a=TRUTH", "-t", "TRUTH", "--fid", "gone.pth"),
            1,
            "pt_inception-2015-12-05-6726825d.pth",
        ),
        (("a=TRUTH", "-t", "TRUTH", "--mean-color", "nowhere"), 1, "no folder or shard at nowhere"),
        (("a=TRUTH", "-t", "TRUTH", "--report", "TRUTH"), 2, "is a folder"),
    ],
)
def test_a_call_that_cannot_be_carried_out_is_one_line(
    tomau: Tomau, truth: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = tomau("compare", *(part.replace("TRUTH", str(truth)) for part in arguments))
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_no_torch_without_perceptual_measures(truth: Path, rival: Path) -> None:
    loaded = loaded_modules("compare", rival, "-t", truth, "--size", "64", "-q")
    assert "numpy" in loaded
    assert not loaded & {"torch", "torchmetrics", "matplotlib", "jinja2"}
