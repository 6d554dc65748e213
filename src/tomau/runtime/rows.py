"""Tables that grow by a row at a time and outlive the process that writes them: CSV and JSONL.

File names need not be text: bytes that are no UTF-8 stand in a CSV as they are, and in JSONL as
the escapes of Python's surrogates (PEP 383), so that a name read back is the name of the file.
"""

from __future__ import annotations

import csv
import io
import json
import os
from typing import TYPE_CHECKING, Any, Self

from tomau.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

_JSONL = (".jsonl", ".ndjson")


class RowWriter:
    """Writes rows to a file, each handed to the operating system at once, in one piece.

    JSONL if the name ends in ``.jsonl`` or ``.ndjson``, else CSV. What a killed process has
    written stays; half a row at the end is cut off when the file is taken up again.
    """

    def __init__(self, path: Path, columns: Sequence[str], *, append: bool = False) -> None:
        """Start the table, or take up one that is there.

        Raises:
            UsageError: the file cannot be written.
        """
        self._columns = columns
        self._is_jsonl = _is_jsonl(path)
        taken_up = append and path.exists()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered, so that a row is one call of the operating system.
            self._stream = path.open("r+b" if taken_up else "wb", buffering=0)
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written ({error.strerror}); choose another file"
            ) from error
        length = 0
        if taken_up:
            length = _whole_rows(self._stream.read(), is_jsonl=self._is_jsonl)
            self._stream.truncate(length)
            self._stream.seek(length)
        if length == 0 and not self._is_jsonl:
            self._write(_csv_line(columns))

    def close(self) -> None:
        """Wait until the rows are on the disk, and close the file."""
        if self._stream.seekable():  # a pipe has no disk
            os.fsync(self._stream.fileno())
        self._stream.close()

    def add(self, row: Mapping[str, Any]) -> None:
        """Append a row, which has a value for every column and none beside.

        Raises:
            OSError: the disk is full or gone.
        """
        if self._is_jsonl:
            self._write(json_line({name: row[name] for name in self._columns}) + "\n")
        else:
            self._write(_csv_line([row[name] for name in self._columns]))

    def _write(self, text: str) -> None:
        rest = memoryview(text.encode("utf-8", "surrogateescape"))
        while rest:
            rest = rest[self._stream.write(rest) :]


class Table:
    """Something that is written row by row and closed at the end of a ``with``."""

    def __init__(self, rows: RowWriter) -> None:
        """Take the file to write."""
        self._rows = rows

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rows.close()


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a table in their order; half a row at the end, left by a killed run, is none.

    Raises:
        UsageError: the file cannot be read, or is no such table.
    """
    is_jsonl = _is_jsonl(path)
    try:
        content = path.read_bytes()
        text = content[: _whole_rows(content, is_jsonl=is_jsonl)].decode("utf-8", "surrogateescape")
        if not is_jsonl:
            yield from csv.DictReader(io.StringIO(text, newline=""), strict=True)
            return
        for line in text.split("\n")[:-1]:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError(f"{line[:20]!r} is no JSON object")
            yield row
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}); expected a table that tomau wrote"
        ) from error
    except (ValueError, csv.Error) as error:
        raise UsageError(
            f"{path} is damaged or no table of tomau's ({error}); expected CSV, or JSONL in a "
            "file named .jsonl"
        ) from error


def json_line(value: object) -> str:
    """JSON in one line that can be printed anywhere: readable, or escaped where it is no text."""
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # a file name of bytes that are no UTF-8
        return json.dumps(value)
    return line


def _is_jsonl(path: Path) -> bool:
    return path.suffix.lower() in _JSONL


def _csv_line(values: Sequence[Any]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(values)
    return line.getvalue()


def _whole_rows(content: bytes, *, is_jsonl: bool) -> int:
    """Length of the whole rows that a file begins with."""
    end = content.rfind(b"\n") + 1
    # A newline inside quotes is of a name: a row ends where every quote has been closed.
    while not is_jsonl and end and content.count(b'"', 0, end) % 2:
        end = content.rfind(b"\n", 0, end - 1) + 1
    return end
