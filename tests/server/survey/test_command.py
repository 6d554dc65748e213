"""``tomau survey`` on a studio, in processes of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.server.survey.conftest import patch_jpeg, survey_command

STUDY = Path(__file__).parents[2] / "evaluation" / "survey" / "data" / "study.csv"


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for place, name in enumerate(("ours", "theirs", "truths")):
        (tmp_path / name).mkdir()
        for number in range(2):
            suffix = ".color" if name == "ours" else ""
            path = tmp_path / name / f"{number}{suffix}.jpg"
            path.write_bytes(patch_jpeg((80 * place, 90, 70 * number)))
    return tmp_path


def test_the_studys_table_is_kept_listed_and_exported(tmp_path: Path) -> None:
    run = survey_command(tmp_path, "import", STUDY, "--json")
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert [f"{one['mean']:.2f}" for one in found["pictures"]][:3] == ["3.65", "2.53", "3.87"]
    assert f"{found['overall']['mean']:.2f}" == "3.38"
    (kept,) = json.loads(survey_command(tmp_path, "list", "--json").stdout)
    assert (kept["votes"], kept["closed"], kept["link"]) == (2000, True, None)
    assert survey_command(tmp_path, "export", kept["slug"]).stdout == STUDY.read_text()
    again = survey_command(tmp_path, "results", kept["slug"], "--json")
    assert json.loads(again.stdout)["best"] == ["05", "07", "09"]
    document = tmp_path / "kept.json"
    assert survey_command(tmp_path, "export", kept["slug"], "-o", document).returncode == 0
    assert json.loads(survey_command(tmp_path, "results", document, "--json").stdout) == {
        **found,
        "title": "study.csv",
    }


def test_folders_a_model_and_true_photographs_become_a_survey(
    folders: Path, tiny_model: Path
) -> None:
    home = folders / "home"
    truths = folders / "truths"
    options = ["--photos", truths, "--truths", truths, "--repeats", "2", "--json"]
    run = survey_command(home, "create", folders / "ours", f"net={tiny_model}", *options)
    assert run.returncode == 0, run.stderr
    made = json.loads(run.stdout)
    assert made["pictures"] == 6
    assert made["link"] == f"http://127.0.0.1:8000/s/{made['slug']}"
    (kept,) = json.loads(survey_command(home, "list", "--json").stdout)
    assert (kept["title"], kept["items"], kept["repeats"]) == ("ours, net", 8, 2)
    shown = list((home / "files" / "surveys").glob("*/*.jpg"))
    assert len(shown) == 6
    for path in shown:
        with Image.open(path) as image:
            assert image.size == (32, 24)


def test_pairs_are_made_of_equal_names(folders: Path) -> None:
    home = folders / "home"
    run = survey_command(home, "create", folders / "ours", folders / "theirs", "--mode", "pairwise")
    assert run.returncode == 0, run.stderr
    (kept,) = json.loads(survey_command(home, "list", "--json").stdout)
    assert (kept["mode"], kept["items"]) == ("pairwise", 2)
    assert run.stdout.strip() == kept["link"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["create", "{}/none"], 2, "is no folder of pictures and came without photographs"),
        (["create", "{}/ours", "--photos", "{}/truths"], 2, "--photos came without a model"),
        (["create", "{}"], 2, "two pictures are called"),
        (["create", "{}/ours", "--mode", "pairwise"], 2, "photograph with two pictures"),
        (["create", "{}/ours", "--repeats", "3"], 2, "expected 0 to 2"),
        (["create", "{}/ours", "--truths", "{}/home"], 1, "no picture lies in"),
        (["create", "truth={}/ours"], 2, "a name that is taken"),
        (["results", "nothing"], 2, "nothing is no file and no survey"),
        (["export", "nothing"], 2, "nothing is no file and no survey"),
        (["export", "nothing", "-o", "votes.txt"], 2, "ends in .csv or .json"),
        (["import", "{}/ours/0.color.jpg"], 1, "is no text in UTF-8"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    arguments: list[str], code: int, message: str, folders: Path
) -> None:
    if arguments == ["create", "{}"]:  # a folder tree in which two results share a name
        (folders / "ours" / "0.jpg").write_bytes(patch_jpeg((1, 2, 3)))
        arguments = ["create", "{}/ours"]
    (folders / "home").mkdir()
    run = survey_command(folders / "home", *(part.format(folders) for part in arguments))
    assert run.returncode == code, run.stderr
    assert message in run.stderr
    assert run.stderr.count("\n") == 1
    assert not run.stdout


def test_a_damaged_picture_leaves_no_survey(folders: Path) -> None:
    (folders / "ours" / "broken.jpg").write_bytes(patch_jpeg((1, 2, 3))[:200])
    run = survey_command(folders / "home", "create", folders / "ours")
    assert run.returncode == 1
    assert "broken.jpg" in run.stderr
    assert json.loads(survey_command(folders / "home", "list", "--json").stdout) == []
    assert not list((folders / "home").rglob("*.jpg"))
