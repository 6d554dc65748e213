"""The report of a run: a table with one row per photograph, readable while the run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomau.runtime.rows import RowWriter, Table

if TYPE_CHECKING:
    from pathlib import Path

    from tomau.runtime.batch import Outcome

COLUMNS = ("source", "target", "status", "reason", "width", "height", "seconds", "notes")


class ReportWriter(Table):
    """Writes the outcomes of one run, row by row, as CSV, or as JSONL by the file's name."""

    def __init__(self, path: Path) -> None:
        """Start the report; a report that is there already is replaced.

        Raises:
            UsageError: the file cannot be written.
        """
        super().__init__(RowWriter(path, COLUMNS))

    def add(self, outcome: Outcome) -> None:
        """Append one outcome and hand it to the operating system at once."""
        self._rows.add(outcome.as_row())
