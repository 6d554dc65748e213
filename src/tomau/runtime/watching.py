"""Colourizing what arrives in a folder.

The folder is looked at again and again rather than watched by events of the operating system:
these are lost on network shares, which is where scanners put their files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomau.runtime.manifest import taken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tomau.runtime.batch import Outcome
    from tomau.runtime.folders import Task

_Trace = tuple[int, int, int]


class Arrivals:
    """Tells at each look which photographs are new, or changed, and no longer being written."""

    def __init__(self) -> None:
        self._before: dict[Path, _Trace] = {}
        self._handled: dict[Path, _Trace] = {}
        self._makers: dict[Path, Path] = {}

    def ready(self, tasks: Sequence[Task]) -> tuple[list[Task], list[Outcome]]:
        """Of a plan, the photographs to colourize now, each once, and those that cannot be.

        A photograph is ready when size and time of change are what they were at the last look.
        One is refused whose result would take the name of another's, given at an earlier look.
        """
        chosen: list[Task] = []
        refused: list[Outcome] = []
        now: dict[Path, _Trace] = {}
        for task in tasks:
            trace = _trace(task.source)
            if trace is None:
                continue
            now[task.source] = trace
            if self._before.get(task.source) != trace or self._handled.get(task.source) == trace:
                continue
            self._handled[task.source] = trace
            maker = self._makers.setdefault(task.target, task.source)
            if maker == task.source:
                chosen.append(task)
            else:
                refused.append(taken(task, maker))
        self._before = now
        return chosen, refused


def _trace(path: Path) -> _Trace | None:
    try:
        facts = path.stat()
    except OSError:  # gone again, or not yet to be read
        return None
    return facts.st_size, facts.st_mtime_ns, facts.st_ino
