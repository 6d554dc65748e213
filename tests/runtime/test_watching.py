from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tomau.runtime.folders import Task
from tomau.runtime.watching import Arrivals

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"123")
    return tmp_path


def look(arrivals: Arrivals, folder: Path, **targets: str) -> tuple[list[str], list[str]]:
    """One look at a folder; ``b="c"`` names the result of b.jpg c.jpg."""
    tasks = [
        Task(path, folder / "out" / f"{targets.get(path.stem, path.stem)}.jpg", "JPEG")
        for path in sorted(folder.glob("*.jpg"))
    ]
    ready, refused = arrivals.ready(tasks)
    return [task.source.stem for task in ready], [outcome.source.stem for outcome in refused]


def test_a_photograph_is_ready_once_it_is_left_alone(folder: Path) -> None:
    arrivals = Arrivals()
    assert look(arrivals, folder) == ([], [])
    with (folder / "b.jpg").open("ab") as stream:
        stream.write(b"45")
    assert look(arrivals, folder) == (["a"], [])
    assert look(arrivals, folder) == (["b"], [])
    assert look(arrivals, folder) == ([], [])


def test_one_that_is_changed_later_is_ready_again(folder: Path) -> None:
    arrivals = Arrivals()
    look(arrivals, folder)
    look(arrivals, folder)
    os.utime(folder / "a.jpg", (1, 1))
    assert look(arrivals, folder) == ([], [])
    assert look(arrivals, folder) == (["a"], [])


def test_one_that_goes_away_meanwhile_is_no_error(folder: Path) -> None:
    arrivals = Arrivals()
    task = Task(folder / "gone.jpg", folder / "out.jpg", "JPEG")
    assert arrivals.ready([task]) == ([], [])
    assert arrivals.ready([task]) == ([], [])


def test_a_name_stays_with_the_photograph_that_has_it(folder: Path) -> None:
    arrivals = Arrivals()
    (folder / "b.jpg").unlink()
    for _ in range(2):
        look(arrivals, folder, a="x")
    (folder / "b.jpg").write_bytes(b"1")
    look(arrivals, folder, a="a", b="x")
    assert look(arrivals, folder, a="a", b="x") == ([], ["b"])
