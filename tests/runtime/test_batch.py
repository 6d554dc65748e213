from __future__ import annotations

import csv
from itertools import count
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tomau.errors import ModelError, UsageError
from tomau.runtime.batch import Outcome, RunOptions, RunSummary, colorize_file, run_tasks
from tomau.runtime.colorizer import Colorizer
from tomau.runtime.folders import Plan, Task, plan_run
from tomau.runtime.naming import Naming
from tomau.runtime.report import ReportWriter

if TYPE_CHECKING:
    from pathlib import Path

    from tomau.imaging import Picture


@pytest.fixture(scope="module")
def colorizer(tiny_model: Path) -> Colorizer:
    return Colorizer.load(tiny_model, threads=1)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Six small photographs in two folders, and one file that is none."""
    folder = tmp_path / "album"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.png", "b.png", "c.png", "d.png", "deep/e.jpg", "deep/f.jpg"):
        Image.new("L", (30, 20), 100).save(folder / name)
    (folder / "bad.jpg").write_text("this is text")
    return folder


def run(
    plan: Plan, colorizer: Colorizer, options: RunOptions | None = None
) -> tuple[RunSummary, list[Outcome]]:
    told: list[Outcome] = []
    return run_tasks(plan.tasks, colorizer, options or RunOptions(), told.append), told


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_run_goes_on_after_a_failure_and_keeps_the_order(
    album: Path, tmp_path: Path, colorizer: Colorizer, jobs: int
) -> None:
    plan = plan_run([album], Naming(output=tmp_path / "out"))
    summary, told = run(plan, colorizer, RunOptions(jobs=jobs))
    assert [outcome.source for outcome in told] == [task.source for task in plan.tasks]
    assert tuple(told) == summary.outcomes
    assert (summary.count("done"), summary.count("failed")) == (6, 1)
    assert not summary.interrupted
    (failed,) = (outcome for outcome in told if outcome.status == "failed")
    assert failed.source.name == "bad.jpg"
    assert "bad.jpg" in failed.reason
    assert not failed.target.exists()
    for outcome in told:
        if outcome.status == "done":
            with Image.open(outcome.target) as image:
                red, _, blue = np.asarray(image.convert("RGB")).reshape(-1, 3).mean(axis=0)
            assert red > blue + 20
            assert (outcome.height, outcome.width) == (20, 30)


def test_existing_results_are_skipped_refused_or_overwritten(
    album: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    plan = plan_run([album / "a.png"], Naming(output=tmp_path / "out" / "a.png"))
    target = plan.tasks[0].target
    target.parent.mkdir()
    target.write_text("precious")

    (skipped,) = run(plan, colorizer, RunOptions(existing="skip"))[1]
    assert (skipped.status, target.read_text()) == ("skipped", "precious")

    (refused,) = run(plan, colorizer, RunOptions(existing="refuse"))[1]
    assert (refused.status, target.read_text()) == ("failed", "precious")
    assert "--overwrite" in refused.reason

    (done,) = run(plan, colorizer, RunOptions(existing="overwrite"))[1]
    assert done.status == "done"
    with Image.open(target) as image:
        assert image.size == (30, 20)


def test_an_empty_file_is_no_result(album: Path, tmp_path: Path, colorizer: Colorizer) -> None:
    target = tmp_path / "a.png"
    target.touch()  # as a killed run leaves it where files have no hard links
    task = Task(album / "a.png", target, "PNG")
    assert colorize_file(task, colorizer, RunOptions(existing="refuse")).status == "failed"
    assert target.stat().st_size == 0
    assert colorize_file(task, colorizer, RunOptions(existing="skip")).status == "done"
    with Image.open(target) as image:
        assert image.size == (30, 20)


def test_one_slow_photograph_does_not_idle_the_others(
    album: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    """The first waits until all others have come, which must not wait for it."""
    plan = plan_run([album], Naming(output=tmp_path / "out"))
    calls, all_came = count(1), Event()

    class Slow(Colorizer):
        def colorize_picture(self, *arguments: Any, **settings: Any) -> Picture:
            call = next(calls)
            if call == 6:
                all_came.set()
            assert call > 1 or all_came.wait(timeout=60)
            return super().colorize_picture(*arguments, **settings)

    slow = Slow(colorizer.card, colorizer.session, threads=1)
    summary, _ = run(plan, slow, RunOptions(jobs=2))
    assert summary.count("done") == 6


def test_a_stopped_run_finishes_what_is_in_work_and_leaves_the_rest(
    album: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    plan = plan_run([album], Naming(output=tmp_path / "out"))
    told: list[Outcome] = []
    stop = Event()

    def stop_after_the_first(outcome: Outcome) -> None:
        told.append(outcome)
        stop.set()

    options = RunOptions(jobs=1)
    summary = run_tasks(plan.tasks, colorizer, options, stop_after_the_first, stop=stop)
    assert summary.interrupted
    assert 1 <= len(summary.outcomes) < len(plan.tasks)
    written = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written == {outcome.target for outcome in told if outcome.status == "done"}

    again, _ = run(plan, colorizer, RunOptions(existing="skip"))
    assert again.count("skipped") == len(written)
    assert again.count("done") == 6 - len(written)


def test_an_error_in_the_listener_ends_the_run_at_once(
    album: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    plan = plan_run([album], Naming(output=tmp_path / "out"))

    def closed(_: Outcome) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run_tasks(plan.tasks, colorizer, RunOptions(jobs=1), closed)
    assert len(list((tmp_path / "out").rglob("*.png"))) < 4


def test_an_output_folder_that_cannot_be_made_is_told(
    album: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    (tmp_path / "file").touch()
    task = Task(album / "a.png", tmp_path / "file" / "a.png", "PNG")
    outcome = colorize_file(task, colorizer, RunOptions())
    assert outcome.status == "failed"
    assert "cannot be made" in outcome.reason


class Broken(Colorizer):
    """A colorizer that fails in a way of one's choice."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def colorize_picture(self, *_: object, **__: object) -> None:  # type: ignore[override]
        raise self.error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ModelError("no\nmemory"), "no memory"),
        (ZeroDivisionError("by zero"), "unexpected ZeroDivisionError: by zero"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_any_error_becomes_one_line(
    album: Path, tmp_path: Path, error: Exception, reason: str
) -> None:
    task = Task(album / "a.png", tmp_path / "a.png", "PNG")
    outcome = colorize_file(task, Broken(error), RunOptions())
    assert (outcome.status, outcome.reason) == ("failed", reason)


def test_no_jobs_are_refused(colorizer: Colorizer) -> None:
    with pytest.raises(UsageError, match="0 jobs came"):
        run_tasks([], colorizer, RunOptions(jobs=0), lambda _: None)


def test_the_report_holds_a_row_for_each_photograph_at_once(
    album: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    plan = plan_run([album], Naming(output=tmp_path / "out"))
    path = tmp_path / "reports" / "run.csv"
    rows_seen = []
    with ReportWriter(path) as report:

        def add(outcome: Outcome) -> None:
            report.add(outcome)
            rows_seen.append(len(path.read_text(encoding="utf-8").splitlines()) - 1)

        run_tasks(plan.tasks, colorizer, RunOptions(), add)
    assert rows_seen == list(range(1, 8))
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    by_name = {row["source"].rsplit("/")[-1]: row for row in rows}
    assert by_name["a.png"]["status"] == "done"
    assert (by_name["a.png"]["width"], by_name["a.png"]["height"]) == ("30", "20")
    assert by_name["bad.jpg"]["status"] == "failed"
    assert by_name["bad.jpg"]["reason"]


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        ReportWriter(tmp_path / "file" / "run.csv")
