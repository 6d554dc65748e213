from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.imaging import fuzz, made
from tomau.runtime.batch import Outcome

if TYPE_CHECKING:
    from tomau.runtime.folders import Task

# What LibRaw and libpng print on standard error without being asked.
NATIVE_LINES = ("unknown file: ", "PNG warning: ")

MUTANTS = 2450  # 50 of each kind of file


def test_thousands_of_damaged_files_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "tests.imaging.fuzz", str(tmp_path / "corpus"), str(MUTANTS)]
    # A hang of more than ten seconds or a crash ends the process with a traceback.
    run = subprocess.run(call, cwd=Path(__file__).parents[2], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode(errors="replace")[-3000:]
    report = json.loads(run.stdout.splitlines()[-1])
    assert report["complaints"] == []
    noise = run.stderr.decode(errors="replace").splitlines()
    assert [line for line in noise if not line.startswith(NATIVE_LINES)] == []
    assert sum(report["states"].values()) == MUTANTS
    assert report["states"]["failed"] > MUTANTS // 4
    assert report["states"]["done"] > MUTANTS // 8


@pytest.mark.parametrize(
    ("reason", "partial", "expected"),
    [
        ("two\nlines", False, "two\nlines"),
        ("unexpected IndexError: 5", False, "unexpected IndexError: 5"),
        ("", False, "nothing told"),
        ("cannot be read", True, "a partial output"),
        ("cannot be read", False, ""),
    ],
)
def test_the_corpus_complains_of_what_it_is_there_to_find(
    reason: str, partial: bool, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(task: Task, *_: object) -> Outcome:
        named = f"{task.source}: {reason}" if reason == "cannot be read" else reason
        if partial:
            task.target.write_bytes(b"half")
        return Outcome(task.source, task.target, "failed", named)

    monkeypatch.setattr(fuzz, "colorize_file", fail)
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    assert fuzz.complaint(tmp_path, made.file("BMP"), "PNG") == ("failed", expected)


def test_a_sound_file_is_no_complaint(tmp_path: Path) -> None:
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    assert fuzz.complaint(tmp_path, made.file("BMP"), "PNG") == ("done", "")
