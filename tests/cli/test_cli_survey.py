from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

if TYPE_CHECKING:
    from tests.cli.conftest import Tomau

STUDY = Path(__file__).parents[1] / "evaluation" / "survey" / "data" / "study.csv"


def test_the_studys_results_as_text_json_and_csv(tomau: Tomau) -> None:
    text = tomau("survey", "results", STUDY)
    assert text.exit_code == 0, text.stderr
    assert "overall 3.38 (" in text.stdout
    assert "best  05 4.01, 07 3.96, 09 3.94" in text.stdout
    found = json.loads(tomau("survey", "results", STUDY, "--json").stdout)
    assert found["worst"] == ["02", "15", "20"]
    table = tomau("survey", "results", STUDY, "--csv").stdout.splitlines()
    assert len(table) == 21
    assert table[5].startswith("05,,,,result,4.01,")


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_figure_is_drawn(ending: str, tomau: Tomau, tmp_path: Path) -> None:
    path = tmp_path / "new" / f"votes.{ending}"
    result = tomau("survey", "results", STUDY, "--figure", path)
    assert result.exit_code == 0, result.stderr
    if ending == "png":
        with Image.open(path) as image:
            assert image.width > 1000
    else:
        assert "<svg" in path.read_text()


def test_bad_calls_are_told(tomau: Tomau, tmp_path: Path) -> None:
    for options, message in (
        (["--json", "--csv"], "both --json and --csv came"),
        (["--figure", "votes.gif"], "ends in .png or .svg"),
        (["--figure", tmp_path / "file" / "votes.png"], "cannot be written"),
    ):
        (tmp_path / "file").write_text("in the way")
        result = tomau("survey", "results", STUDY, *options)
        assert (result.exit_code, result.stdout) == (2, "")
        assert message in result.stderr


def test_a_file_that_is_none_is_told(tomau: Tomau, tmp_path: Path) -> None:
    result = tomau("survey", "results", tmp_path / "none.csv")
    assert result.exit_code == 1
    assert "none.csv cannot be read (No such file or directory)" in result.stderr
