"""Surveys as files: votes counted or one a line as CSV, and everything as JSON."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tomau.errors import DataError
from tomau.evaluation.survey.ballots import (
    VALUES,
    Choice,
    Picture,
    Ratings,
    Survey,
    distinct_choices,
    ratings_from_counts,
    ratings_from_votes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COUNT_COLUMNS = tuple(f"votes_{value}" for value in VALUES)
PICTURE_COLUMNS = ("name", "photo", "model", "kind", "repeats")
CHOICE_COLUMNS = ("rater", "pair", "photo", "first", "second", "chosen")
MOST_VOTES = 10**9
_HEADERS = (
    f"picture,{','.join(COUNT_COLUMNS)} (votes counted), rater,picture,vote (a line for each "
    f"vote), or {','.join(CHOICE_COLUMNS)} (a line for each choice)"
)


def parse_csv(text: str, name: str) -> Survey:
    """Read a survey from CSV text; ``name`` is the file's, for messages.

    The header says which table it is: ``picture,votes_1,...,votes_5``, or ``rater,picture,vote``,
    or ``rater,pair,photo,first,second,chosen``. Pictures may have the columns name, photo, model,
    kind (result or truth) and repeats; choices may have side and repeats. Semicolons may stand for
    commas. Lines before the header that begin with # are passed over.

    Raises:
        DataError: it is no such table, or a line of it is wrong.
    """
    try:
        reader, before = _open(text)
        header = tuple(reader.fieldnames or ())
        rows = list(_rows(reader, before))
        if {"picture", *COUNT_COLUMNS} <= set(header):
            return Survey(title=name, ratings=_counted(rows))
        if {"rater", "picture", "vote"} <= set(header):
            return Survey(title=name, ratings=_voted(rows))
        if set(CHOICE_COLUMNS) <= set(header):
            return Survey(title=name, choices=_chosen(rows))
    except (DataError, csv.Error) as error:
        raise DataError(f"{name}: {error}") from error
    raise DataError(
        f"{name}: a table with the columns {','.join(header)[:200] or '(none)'} came; "
        f"expected {_HEADERS}"
    )


def write_counts_csv(ratings: Ratings) -> str:
    """CSV with a line for each picture: how often it was given 1 to 5."""
    rows = (
        {"picture": picture.id, **_facts(picture), **_named(counts.tolist())}
        for picture, counts in zip(ratings.pictures, ratings.counts, strict=True)
    )
    return _csv(("picture", *COUNT_COLUMNS), PICTURE_COLUMNS, rows)


def write_votes_csv(survey: Survey) -> str:
    """CSV with a line for each vote or choice, and what is known of the pictures.

    Raises:
        DataError: only counts are known.
    """
    if survey.ratings is None:
        rows = [_choice_facts(choice) for choice in survey.choices]
        return _csv(CHOICE_COLUMNS, ("side", "repeats"), rows)
    pictures = {picture.id: picture for picture in survey.ratings.pictures}
    votes = (
        {"rater": rater, "picture": picture, "vote": vote, **_facts(pictures[picture])}
        for rater, picture, vote in iterate_votes(survey.ratings)
    )
    return _csv(("rater", "picture", "vote"), PICTURE_COLUMNS, votes)


def iterate_votes(ratings: Ratings) -> Iterator[tuple[str, str, int]]:
    """Every vote as (rater, id of the picture, 1 to 5), rater by rater.

    Raises:
        DataError: only counts are known.
    """
    if ratings.votes is None:
        raise DataError(
            "votes one by one were asked for, but this survey knows only their counts; "
            "export the counts instead"
        )
    for rater, row in zip(ratings.raters, ratings.votes, strict=True):
        for place in np.flatnonzero(~np.isnan(row)):
            yield rater, ratings.pictures[place].id, int(row[place])


def _open(text: str) -> tuple[csv.DictReader[str], int]:
    """A reader of the table, and how many lines stand before its header."""
    lines = list(io.StringIO(text.lstrip("\ufeff"), newline=""))
    start = 0
    while start < len(lines) and (lines[start].startswith("#") or not lines[start].strip()):
        start += 1
    header = lines[start] if start < len(lines) else ""
    delimiter = ";" if ";" in header and "," not in header else ","
    reader = csv.DictReader(lines[start:], delimiter=delimiter)
    reader.fieldnames = [column.strip() for column in reader.fieldnames or ()]
    return reader, start


def _rows(reader: csv.DictReader[str], before: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line's number in the file and its cells by column."""
    for row in reader:
        line = reader.line_num + before
        if None in row or None in row.values():
            raise DataError(
                f"line {line} has {_width(row)} cells; expected "
                f"{len(reader.fieldnames or ())}, as the header has"
            )
        yield line, {column: cell.strip() for column, cell in row.items()}


def _width(row: Mapping[Any, Any]) -> int:
    extra = row.get(None) or []
    return sum(cell is not None for column, cell in row.items() if column is not None) + len(extra)


def _counted(rows: Sequence[tuple[int, dict[str, str]]]) -> Ratings:
    pictures = [_picture(line, row) for line, row in rows]
    counts = [
        [_number(line, column, row[column], 0, MOST_VOTES) for column in COUNT_COLUMNS]
        for line, row in rows
    ]
    if not pictures:
        raise DataError("the table has no line; expected one for each picture")
    return ratings_from_counts(pictures, counts)


def _voted(rows: Sequence[tuple[int, dict[str, str]]]) -> Ratings:
    pictures: dict[str, Picture] = {}
    votes = []
    for line, row in rows:
        picture = _picture(line, row)
        if pictures.setdefault(picture.id, picture) != picture:
            raise DataError(
                f"line {line} tells of {picture.id!r} otherwise than a line before; expected the "
                "same name, photo, model, kind and repeats in all lines of a picture"
            )
        votes.append(
            (_cell(line, row, "rater"), picture.id, _number(line, "vote", row["vote"], 1, 5))
        )
    if not votes:
        raise DataError("the table has no line; expected one for each vote")
    for picture in list(pictures.values()):  # a picture that was answered only as its repeat
        if picture.repeats is not None and picture.repeats not in pictures:
            pictures[picture.repeats] = replace(picture, id=picture.repeats, repeats=None)
    return ratings_from_votes(pictures.values(), votes)


def _chosen(rows: Sequence[tuple[int, dict[str, str]]]) -> tuple[Choice, ...]:
    if not rows:
        raise DataError("the table has no line; expected one for each choice")
    return distinct_choices(_choice(line, row) for line, row in rows)


def _choice(line: int, row: Mapping[str, str]) -> Choice:
    chosen, side = row["chosen"], row.get("side") or None
    first, second = _cell(line, row, "first"), _cell(line, row, "second")
    if chosen not in ("first", "second"):
        raise DataError(f"line {line}: chosen is {chosen!r}; expected first or second")
    if side not in ("left", "right", None):
        raise DataError(f"line {line}: side is {side!r}; expected left, right or nothing")
    if first == second:
        raise DataError(f"line {line}: both models are {first!r}; expected two that differ")
    return Choice(
        rater=_cell(line, row, "rater"),
        pair=_cell(line, row, "pair"),
        photo=_cell(line, row, "photo"),
        first=first,
        second=second,
        chosen="first" if chosen == "first" else "second",
        side=None if side is None else ("left" if side == "left" else "right"),
        repeats=row.get("repeats") or None,
    )


def _picture(line: int, row: Mapping[str, str]) -> Picture:
    kind = row.get("kind") or "result"
    if kind not in ("result", "truth"):
        raise DataError(f"line {line}: kind is {kind!r}; expected result or truth")
    return Picture(
        id=_cell(line, row, "picture"),
        name=row.get("name", ""),
        photo=row.get("photo", ""),
        model=row.get("model", ""),
        kind="truth" if kind == "truth" else "result",
        repeats=row.get("repeats") or None,
    )


def _cell(line: int, row: Mapping[str, str], column: str) -> str:
    if not row[column]:
        raise DataError(f"line {line}: {column} is empty; expected a name")
    return row[column]


def _number(line: int, column: str, cell: str, least: int, most: int) -> int:
    number = int(cell) if cell.isascii() and cell.isdecimal() and len(cell) < 12 else -1
    if not least <= number <= most:
        raise DataError(
            f"line {line}: {column} is {cell!r}; expected a whole number from {least} to {most}"
        )
    return number


def _facts(picture: Picture) -> dict[str, str]:
    facts = {column: getattr(picture, column) or "" for column in PICTURE_COLUMNS}
    return {**facts, "kind": picture.kind if picture.kind != "result" else ""}


def _choice_facts(choice: Choice) -> dict[str, str]:
    return {column: cell or "" for column, cell in asdict(choice).items()}


def _named(counts: Sequence[int]) -> dict[str, int]:
    return dict(zip(COUNT_COLUMNS, counts, strict=True))


def _csv(
    always: Sequence[str], where_known: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> str:
    """CSV of rows; columns that are empty everywhere are left out unless they always stand."""
    rows = list(rows)
    columns = [*always, *(column for column in where_known if any(row[column] for row in rows))]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()
