"""The report of a run: a table with one row per photograph, readable while the run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from tomau.runtime.rows import RowWriter

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from tomau.runtime.batch import Outcome

COLUMNS = ("source", "target", "status", "reason", "width", "height", "seconds", "notes")


class ReportWriter:
    """Writes the outcomes of one run, row by row, as CSV, or as JSONL by the file's name."""

    def __init__(self, path: Path) -> None:
        """Start the report; a report that is there already is replaced.

        Raises:
            UsageError: the file cannot be written.
        """
        self._rows = RowWriter(path, COLUMNS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rows.close()

    def add(self, outcome: Outcome) -> None:
        """Append one outcome and hand it to the operating system at once."""
        self._rows.add(outcome.as_row())
