from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tomau.errors import UsageError
from tomau.runtime.batch import Outcome, RunOptions, run_tasks
from tomau.runtime.colorizer import Colorizer
from tomau.runtime.folders import plan_run
from tomau.runtime.manifest import Manifest, read_manifest
from tomau.runtime.naming import Naming
from tomau.runtime.verify import verify_manifest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def colorizer(tiny_model: Path) -> Colorizer:
    return Colorizer.load(tiny_model, threads=1)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.png", "deep/c.png", "two\nlines.png")):
        Image.new("L", (30, 20), 100 + number).save(folder / name)
    (folder / "bad.png").write_text("this is text")
    return folder


@pytest.fixture(params=["manifest.jsonl", "manifest.csv"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / "out" / str(request.param)


def run(
    album: Path, path: Path, colorizer: Colorizer, *, recorded: bool = True
) -> tuple[Outcome, ...]:
    plan = plan_run([album], Naming(output=path.parent))
    options = RunOptions(existing="skip", digests=True)
    if not recorded:
        return run_tasks(plan.tasks, colorizer, options, lambda _: None).outcomes
    with Manifest(path, colorizer.card) as manifest:
        return run_tasks(plan.tasks, colorizer, options, manifest.add).outcomes


def states(path: Path) -> dict[str, str]:
    return {finding.source.name: finding.state for finding in verify_manifest(path)}


SOUND = {"a.png": "sound", "b.png": "sound", "c.png": "sound", "two\nlines.png": "sound"}


def test_a_row_proves_what_was_made_from_what(
    album: Path, path: Path, colorizer: Colorizer
) -> None:
    run(album, path, colorizer)
    rows = {row["source"]: row for row in read_manifest(path)}
    assert len(rows) == 5
    row = rows["../in/deep/c.png"]
    source, target = album / "deep" / "c.png", path.parent / "deep" / "c.png"
    assert (row["target"], row["status"], row["model"]) == ("deep/c.png", "done", "tiny 1")
    assert row["source_sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert row["target_sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert int(row["target_bytes"]) == target.stat().st_size
    assert int(row["source_bytes"]) == source.stat().st_size
    assert (int(row["width"]), int(row["height"])) == (30, 20)
    assert float(row["seconds"]) > 0
    assert row["model_sha256"] == colorizer.card.sha256
    assert "not a picture" in rows["../in/bad.png"]["error"]


def test_a_second_run_adds_only_what_is_new(album: Path, path: Path, colorizer: Colorizer) -> None:
    run(album, path, colorizer)
    Image.new("L", (30, 20)).save(album / "bad.png")
    run(album, path, colorizer)
    assert len(read_manifest(path)) == 6
    run(album, path, colorizer)
    assert len(read_manifest(path)) == 6
    assert states(path) == {**SOUND, "bad.png": "sound"}


def test_results_that_no_run_has_recorded_are_recorded_by_the_next(
    album: Path, path: Path, colorizer: Colorizer
) -> None:
    run(album, path, colorizer, recorded=False)
    run(album, path, colorizer)
    rows = {row["source"]: row for row in read_manifest(path)}
    # Which model made them nobody knows.
    assert (rows["../in/a.png"]["status"], rows["../in/a.png"]["model"]) == ("skipped", "")
    assert states(path) == {**SOUND, "bad.png": "failed"}


def test_a_changed_meaning_of_a_name_is_no_finished_result(
    album: Path, path: Path, colorizer: Colorizer
) -> None:
    """b.png became b.jpg; now there is a b.jpg, whose result is not there yet."""
    naming = Naming(output=path.parent, format="jpg")
    with Manifest(path, colorizer.card) as manifest:
        tasks = plan_run([album / "b.png", album / "a.png"], naming).tasks
        run_tasks(tasks, colorizer, RunOptions(digests=True), manifest.add)
    Image.new("L", (30, 20)).save(album / "b.jpg")
    with Manifest(path, colorizer.card) as manifest:
        tasks = plan_run([album / "a.png", album / "b.jpg"], naming).tasks
        (failure,) = manifest.foreign(tasks)
    assert (failure.source, failure.status) == (album / "b.jpg", "failed")
    assert "as the result of ../in/b.png" in failure.reason


def test_what_is_no_manifest_is_refused(tmp_path: Path, colorizer: Colorizer) -> None:
    other = tmp_path / "report.csv"
    other.write_text("source,target\nx,y\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is no manifest"):
        Manifest(other, colorizer.card)
    assert other.read_text(encoding="utf-8") == "source,target\nx,y\n"


class TestVerify:
    def test_all_as_recorded_even_after_a_move(
        self, album: Path, path: Path, colorizer: Colorizer, tmp_path: Path
    ) -> None:
        run(album, path, colorizer)
        (tmp_path / "archive").mkdir()
        shutil.move(album, tmp_path / "archive" / "in")
        shutil.move(path.parent, tmp_path / "archive" / "out")
        moved = tmp_path / "archive" / "out" / path.name
        assert states(moved) == {**SOUND, "bad.png": "failed"}

    def test_what_is_missing_or_changed_is_named(
        self, album: Path, path: Path, colorizer: Colorizer
    ) -> None:
        run(album, path, colorizer)
        content = bytearray((path.parent / "a.png").read_bytes())
        content[-20] ^= 1
        (path.parent / "a.png").write_bytes(content)
        (path.parent / "b.png").unlink()
        (album / "deep" / "c.png").write_bytes(b"another scan")
        assert states(path) == {
            "a.png": "changed",
            "b.png": "missing",
            "c.png": "changed",
            "two\nlines.png": "sound",
            "bad.png": "failed",
        }

    def test_two_photographs_with_one_result_are_named(
        self, album: Path, path: Path, colorizer: Colorizer
    ) -> None:
        outcomes = {outcome.source.name: outcome for outcome in run(album, path, colorizer)}
        claim = Outcome(album / "deep" / "c.png", outcomes["a.png"].target, "done")
        with Manifest(path, colorizer.card) as manifest:
            manifest.add(claim)
        assert states(path)["c.png"] == "doubled"
