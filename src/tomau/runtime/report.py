"""The report of a run: a CSV with one row per photograph, readable while the run goes on."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Self

from tomau.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from tomau.runtime.batch import Outcome

COLUMNS = ("source", "target", "status", "reason", "width", "height", "seconds", "notes")


class ReportWriter:
    """Writes outcomes to a CSV file, row by row, so that a run that is cut off leaves its rows."""

    def __init__(self, path: Path) -> None:
        """Start the report; a report that is there already is replaced.

        Raises:
            UsageError: the file cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = path.open("w", newline="", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"report {path} cannot be written ({error.strerror}); choose another file"
            ) from error
        self._rows = csv.DictWriter(self._stream, COLUMNS)
        self._rows.writeheader()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()

    def add(self, outcome: Outcome) -> None:
        """Append one outcome and hand it to the operating system at once."""
        self._rows.writerow(outcome.as_row())
        self._stream.flush()
