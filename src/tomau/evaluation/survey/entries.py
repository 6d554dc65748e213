"""What a survey is made of, before it is one: pictures, and the questions about them."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from tomau.errors import UsageError
from tomau.evaluation.survey.ballots import TRUTH_MODEL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomau.evaluation.survey.ballots import Kind

MOST_PICTURES = 2000
MOST_ITEMS = 5000


@dataclass(frozen=True)
class Entry:
    """One picture that a survey is to show.

    Attributes:
        photo: name of the photograph it is of; pictures of one photograph make pairs.
        model: what colourized it; `TRUTH_MODEL` for a photograph in its true colours.
        read: gives the picture as raters are to see it, a JPEG file's bytes.
        kind: result or truth.
        version: the version (a row of the database) that it shows, if it is one.
        source: the photograph (a row) that it comes from, if there is one.
    """

    photo: str
    model: str
    read: Callable[[], bytes]
    kind: Kind = "result"
    version: Any = None
    source: Any = None

    @property
    def key(self) -> str:
        """Its name in tables."""
        return f"{self.model}/{self.photo}" if self.model else self.photo

    def told(self, advance: Callable[[], object]) -> Entry:
        """The same entry, which calls ``advance`` each time that its picture was read."""

        def read() -> bytes:
            content = self.read()
            advance()
            return content

        return replace(self, read=read)


@dataclass(frozen=True)
class Question:
    """One thing to answer: places of one picture or two, and that of the question it repeats."""

    key: str
    picture: int
    other: int | None = None
    repeats: int | None = None


def plan_rating(entries: Sequence[Entry], repeats: int, chance: random.Random) -> list[Question]:
    """A question for each picture, and ``repeats`` results, drawn by chance, once more.

    Raises:
        UsageError: there are fewer results than repeats, none at all, or too many pictures.
    """
    _check_number(entries)
    questions = [Question(entry.key, place) for place, entry in enumerate(entries)]
    results = [place for place, entry in enumerate(entries) if entry.kind == "result"]
    return questions + _again(questions, results, repeats, chance)


def plan_pairs(entries: Sequence[Entry], repeats: int, chance: random.Random) -> list[Question]:
    """A question for each two pictures of one photograph, and ``repeats`` of them once more.

    Raises:
        UsageError: no photograph has two pictures, or there are fewer pairs than repeats, or too
            many pictures or pairs.
    """
    _check_number(entries)
    by_photo: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        by_photo.setdefault(entry.photo, []).append(place)
    questions = [
        Question(f"{photo}: {entries[one].model} or {entries[other].model}", one, other)
        for photo, places in by_photo.items()
        for one, other in combinations(places, 2)
    ]
    if not questions:
        raise UsageError(
            f"{len(entries)} pictures of {len(by_photo)} photographs came for pairs; expected at "
            "least one photograph with two pictures: add results of another model"
        )
    if len(questions) > MOST_ITEMS:
        raise UsageError(
            f"{len(questions)} pairs came of it; expected at most {MOST_ITEMS}: take fewer models "
            "or photographs"
        )
    return questions + _again(questions, list(range(len(questions))), repeats, chance)


def _check_number(entries: Sequence[Entry]) -> None:
    results = sum(entry.kind == "result" for entry in entries)
    if results == 0 or len(entries) > MOST_PICTURES:
        raise UsageError(
            f"{results} results and {len(entries) - results} true photographs came; expected at "
            f"least one result and at most {MOST_PICTURES} pictures"
        )
    seen: set[str] = set()
    for entry in entries:
        if (entry.kind == "truth") != (entry.model == TRUTH_MODEL):
            raise UsageError(
                f"a {entry.kind} came under the name {entry.model!r}; expected {TRUTH_MODEL!r} for "
                "true photographs only: choose another label"
            )
        if entry.key in seen:
            raise UsageError(
                f"two pictures are called {entry.key!r}; expected names that differ: choose "
                "another label for one"
            )
        seen.add(entry.key)


def _again(
    questions: Sequence[Question], places: Sequence[int], repeats: int, chance: random.Random
) -> list[Question]:
    if not 0 <= repeats <= len(places):
        raise UsageError(
            f"{repeats} repeats were asked for; expected 0 to {len(places)}, as there are "
            "results or pairs to repeat"
        )
    return [
        Question(f"{questions[place].key} (again)", questions[place].picture,
                 questions[place].other, place)
        for place in sorted(chance.sample(list(places), repeats))
    ]  # fmt: skip
