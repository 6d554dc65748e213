from __future__ import annotations

import csv
import json
import os
from typing import TYPE_CHECKING

import pytest

from tomau.errors import UsageError
from tomau.runtime.rows import RowWriter, read_rows

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("name", "count")
NAMES = ["plain", "a,b", 'quo"te', "two\nlines", "ảnh cũ", os.fsdecode(b"\xff\xfe.jpg"), ""]


def write(path: Path, names: list[str], *, append: bool = True) -> None:
    rows = RowWriter(path, COLUMNS, append=append)
    for number, name in enumerate(names):
        rows.add({"name": name, "count": number, "beside": "not a column"})
    rows.close()


@pytest.fixture(params=["table.csv", "table.jsonl"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / "deep" / str(request.param)


def test_any_file_name_comes_back(table: Path) -> None:
    write(table, NAMES)
    rows = list(read_rows(table))
    assert [row["name"] for row in rows] == NAMES
    assert [int(row["count"]) for row in rows] == list(range(len(NAMES)))
    assert all(set(row) == set(COLUMNS) for row in rows)


def test_a_table_torn_anywhere_is_taken_up_at_its_last_whole_row(table: Path) -> None:
    write(table, NAMES)
    whole = table.read_bytes()
    for length in range(len(whole)):
        table.write_bytes(whole[:length])
        before = [row["name"] for row in read_rows(table)]
        assert before == NAMES[: len(before)]
        write(table, ["after"])
        assert [row["name"] for row in read_rows(table)] == [*before, "after"]


def test_a_new_table_replaces_the_old_one(table: Path) -> None:
    write(table, ["old", "older"])
    write(table, ["new"], append=False)
    assert [row["name"] for row in read_rows(table)] == ["new"]


def test_others_can_read_it(tmp_path: Path) -> None:
    names = NAMES[:5]
    write(tmp_path / "table.csv", names)
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as stream:
        assert [row["name"] for row in csv.DictReader(stream)] == names
    write(tmp_path / "table.jsonl", names)
    text = (tmp_path / "table.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["name"] for line in text.splitlines()] == names
    assert "ảnh cũ" in text


@pytest.mark.parametrize("content", [b"[1, 2]\n", b"no json\n", b"\x00\n"])
def test_what_is_no_table_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.jsonl is damaged"):
        list(read_rows(path))


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        list(read_rows(tmp_path / "none.csv"))
