"""The manifest of a folder: what was made from what by which model, with the proof of both.

It grows over all runs of a folder. A run that is killed is taken up from the results that are
there: one that was finished but not yet recorded is recorded by the next run. Paths are relative
to the manifest's own folder, so that it moves together with what it describes.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tomau.errors import UsageError
from tomau.runtime.batch import Outcome, with_digests
from tomau.runtime.rows import RowWriter, Table, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tomau.runtime.card import ModelCard
    from tomau.runtime.folders import Task

COLUMNS = (
    "source",
    "target",
    "status",
    "source_sha256",
    "target_sha256",
    "source_bytes",
    "target_bytes",
    "width",
    "height",
    "seconds",
    "model",
    "model_sha256",
    "error",
    "notes",
)
_NEEDED = ("source", "target", "status", "source_sha256", "target_sha256", "error")


class Manifest(Table):
    """A manifest that a run adds to: CSV, or JSONL by the file's name."""

    def __init__(self, path: Path, card: ModelCard) -> None:
        """Take up a manifest, or start one, for a run of a model.

        Raises:
            UsageError: the file cannot be written, or is no manifest.
        """
        self._folder = path.parent
        self._model = {"model": f"{card.name} {card.version}", "model_sha256": card.sha256}
        self._maker: dict[str, str] = {}
        if path.exists():
            for row in read_manifest(path):
                self._remember(row)
        super().__init__(RowWriter(path, COLUMNS, append=True))

    def foreign(self, tasks: Iterable[Task]) -> list[Outcome]:
        """The tasks whose result is there, but as the result of another photograph; as failures.

        They come of names that changed their meaning when photographs were added.
        """
        failures = []
        for task in tasks:
            maker = self._maker.get(self._name(task.target), self._name(task.source))
            if maker != self._name(task.source) and task.target.exists():
                failures.append(taken(task, maker))
        return failures

    def add(self, outcome: Outcome) -> None:
        """Record an outcome; a result that is there already only if it is not recorded yet.

        Raises:
            OSError: the disk is full or gone.
        """
        if outcome.status == "skipped":
            if self._name(outcome.target) in self._maker:
                return
            outcome = _examined(outcome)
        made_here = self._model if outcome.status == "done" else dict.fromkeys(self._model, "")
        row: dict[str, Any] = {
            **outcome.as_row(),
            **made_here,
            "source": self._name(outcome.source),
            "target": self._name(outcome.target),
            "source_sha256": outcome.source_sha256,
            "target_sha256": outcome.target_sha256,
            "source_bytes": outcome.source_bytes,
            "target_bytes": outcome.target_bytes,
            "error": outcome.reason if outcome.status == "failed" else "",
        }
        self._rows.add(row)
        self._remember(row)

    def _remember(self, row: dict[str, Any]) -> None:
        if row["status"] != "failed":
            self._maker[row["target"]] = row["source"]

    def _name(self, path: Path) -> str:
        try:
            return Path(os.path.relpath(path, self._folder)).as_posix()
        except ValueError:  # another drive of Windows
            return path.absolute().as_posix()


def read_manifest(path: Path) -> list[dict[str, Any]]:
    """Rows of a manifest in their order.

    Raises:
        UsageError: the file cannot be read, or is no manifest.
    """
    rows = list(read_rows(path))
    for row in rows:
        missing = [name for name in _NEEDED if not isinstance(row.get(name), str)]
        if missing:
            raise UsageError(
                f"{path} is no manifest: a row lacks {', '.join(missing)}; "
                "expected a file that tomau colorize --manifest wrote"
            )
    return rows


def taken(task: Task, maker: str | Path) -> Outcome:
    """The failure of a photograph whose result would stand where another's stands."""
    reason = (
        f"{task.target} is there already, as the result of {maker}; expected a name of its own: "
        "give --overwrite, or another --output"
    )
    return Outcome(task.source, task.target, "failed", reason)


def _examined(outcome: Outcome) -> Outcome:
    """An outcome of a result that was there already, with digests, or a failure to read it."""
    try:
        return with_digests(outcome)
    except OSError as error:
        reason = f"{error.filename} cannot be read ({error.strerror}); check its permissions"
        return replace(outcome, status="failed", reason=reason)
