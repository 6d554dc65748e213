"""``tomau survey`` on a studio; in this process but for one test."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.server.survey.conftest import patch_jpeg, survey_command
from tomau.cli.app import app
from tomau.server import files
from tomau.server.survey.models import Survey

if TYPE_CHECKING:
    from typer.testing import Result

STUDY = Path(__file__).parents[2] / "evaluation" / "survey" / "data" / "study.csv"


class Command(Protocol):
    def __call__(self, *arguments: str | Path) -> Result: ...


@pytest.fixture
def command(db: None) -> Command:
    """Calls ``tomau survey`` on the tests' own database and folder."""
    runner = CliRunner()

    def call(*arguments: str | Path) -> Result:
        return runner.invoke(app, ["survey", *map(str, arguments)])

    return call


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for place, name in enumerate(("ours", "theirs", "truths")):
        (tmp_path / name).mkdir()
        for number in range(2):
            suffix = ".color" if name == "ours" else ""
            path = tmp_path / name / f"{number}{suffix}.jpg"
            path.write_bytes(patch_jpeg((80 * place, 90, 70 * number)))
    return tmp_path


def test_a_data_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    run = survey_command(tmp_path / "home", "import", STUDY, "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["overall"]["votes"] == 2000
    assert (tmp_path / "home" / "tomau.sqlite3").exists()


def test_the_studys_table_is_kept_listed_and_exported(command: Command, tmp_path: Path) -> None:
    run = command("import", STUDY, "--json")
    assert run.exit_code == 0, run.stderr
    found = json.loads(run.stdout)
    assert [f"{one['mean']:.2f}" for one in found["pictures"]][:3] == ["3.65", "2.53", "3.87"]
    assert f"{found['overall']['mean']:.2f}" == "3.38"
    (kept,) = json.loads(command("list", "--json").stdout)
    assert (kept["votes"], kept["closed"], kept["link"]) == (2000, True, None)
    assert command("export", kept["slug"]).stdout == STUDY.read_text()
    again = command("results", kept["slug"], "--json")
    assert json.loads(again.stdout)["best"] == ["05", "07", "09"]
    document = tmp_path / "kept.json"
    assert command("export", kept["slug"], "-o", document).exit_code == 0
    assert json.loads(command("results", document, "--json").stdout) == {
        **found,
        "title": "study.csv",
    }


def test_folders_a_model_and_true_photographs_become_a_survey(
    command: Command, folders: Path, tiny_model: Path
) -> None:
    truths = folders / "truths"
    options = ["--photos", truths, "--truths", truths, "--repeats", "2", "--json"]
    run = command("create", folders / "ours", f"net={tiny_model}", *options)
    assert run.exit_code == 0, run.stderr
    made = json.loads(run.stdout)
    assert made["pictures"] == 6
    assert made["link"] == f"http://127.0.0.1:8000/s/{made['slug']}"
    (kept,) = json.loads(command("list", "--json").stdout)
    assert (kept["title"], kept["items"], kept["repeats"]) == ("ours, net", 8, 2)
    survey = Survey.objects.get()
    for picture in survey.pictures.all():
        jpeg = files.read(files.survey_picture(survey.id, picture.id))
        assert Image.open(io.BytesIO(jpeg)).size == (32, 24)


def test_pairs_are_made_of_equal_names(command: Command, folders: Path) -> None:
    run = command("create", folders / "ours", folders / "theirs", "--mode", "pairwise")
    assert run.exit_code == 0, run.stderr
    (kept,) = json.loads(command("list", "--json").stdout)
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
        (["create", "{}/ours", "--truths", "{}/empty"], 1, "no picture lies in"),
        (["create", "truth={}/ours"], 2, "a name that is taken"),
        (["results", "nothing"], 2, "nothing is no file and no survey"),
        (["export", "nothing"], 2, "nothing is no file and no survey"),
        (["export", "nothing", "-o", "votes.txt"], 2, "ends in .csv or .json"),
        (["import", "{}/ours/0.color.jpg"], 1, "is no text in UTF-8"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    arguments: list[str], code: int, message: str, command: Command, folders: Path
) -> None:
    if arguments == ["create", "{}"]:  # a folder tree in which two results share a name
        (folders / "ours" / "0.jpg").write_bytes(patch_jpeg((1, 2, 3)))
        arguments = ["create", "{}/ours"]
    (folders / "empty").mkdir()
    run = command(*(part.format(folders) for part in arguments))
    assert run.exit_code == code, run.stderr
    assert message in run.stderr
    assert run.stderr.count("\n") == 1
    assert not run.stdout


def test_a_damaged_picture_leaves_no_survey(command: Command, folders: Path) -> None:
    (folders / "ours" / "broken.jpg").write_bytes(patch_jpeg((1, 2, 3))[:200])
    run = command("create", folders / "ours")
    assert run.exit_code == 1
    assert "broken.jpg" in run.stderr
    assert json.loads(command("list", "--json").stdout) == []
