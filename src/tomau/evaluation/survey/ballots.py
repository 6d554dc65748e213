"""What people said in a survey, as tables: votes from 1 to 5, and choices between two pictures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from tomau.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

LOWEST, HIGHEST = 1, 5
LEVELS = HIGHEST - LOWEST + 1
VALUES = tuple(range(LOWEST, HIGHEST + 1))
"""The study's scale: 1 is very fake, 5 is very real."""

MOST_LETTERS = 500
"""Length of the longest name of a picture, photograph, model or rater."""

Kind = Literal["result", "truth"]
Side = Literal["left", "right"]
TRUTH_MODEL = "truth"
"""Name that photographs in their true colours have where pictures are named by their model."""


@dataclass(frozen=True)
class Picture:
    """A picture that people vote on.

    Attributes:
        id: its name in tables; no two pictures of a survey share one.
        name: what a person calls it.
        photo: the photograph it is of; pictures of one photograph by two models are a pair.
        model: what colourized it; empty where nobody knows.
        kind: ``truth`` for a photograph in its true colours that is mixed in.
        repeats: id of the picture that this one shows a second time.
    """

    id: str
    name: str = ""
    photo: str = ""
    model: str = ""
    kind: Kind = "result"
    repeats: str | None = None


@dataclass(frozen=True)
class Ratings:
    """Votes from 1 to 5.

    Attributes:
        pictures: P pictures.
        counts: (P, 5) int: how many votes of 1, 2, 3, 4, 5 each picture has.
        votes: (R, P) float: each rater's votes, NaN where there is none; None where only the
            counts are known.
        raters: names of the R raters.
    """

    pictures: tuple[Picture, ...]
    counts: NDArray[np.int64]
    votes: NDArray[np.float64] | None = None
    raters: tuple[str, ...] = ()

    def places(self, *, kind: Kind = "result", model: str | None = None) -> list[int]:
        """Columns of the pictures of one kind, and of one model if asked, without repeats."""
        return [
            place
            for place, picture in enumerate(self.pictures)
            if picture.kind == kind
            and picture.repeats is None
            and (model is None or picture.model == model)
        ]

    def part(self, places: Sequence[int]) -> Ratings:
        """Only the pictures at these columns."""
        return Ratings(
            tuple(self.pictures[place] for place in places),
            self.counts[list(places)],
            None if self.votes is None else self.votes[:, list(places)],
            self.raters,
        )

    def without(self, raters: Iterable[str]) -> Ratings:
        """Leave out the votes of these raters; only where it is known who voted what."""
        if self.votes is None:
            return self
        left_out = set(raters)
        kept = [place for place, rater in enumerate(self.raters) if rater not in left_out]
        votes = self.votes[kept]
        return Ratings(
            self.pictures, count_votes(votes), votes, tuple(self.raters[place] for place in kept)
        )

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models whose results are here, in order of appearance."""
        names = (picture.model for picture in self.pictures if picture.kind == "result")
        return tuple(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True)
class Choice:
    """One rater's answer to which of two pictures of one photograph looks more real.

    Attributes:
        rater: who chose.
        pair: name of the pair; a pair shown a second time has a name of its own.
        photo: the photograph that both pictures are of.
        first: model of one picture, `TRUTH_MODEL` for the photograph in its true colours.
        second: model of the other.
        chosen: the first or the second.
        side: where the chosen one stood on the rater's screen; None where nobody knows.
        repeats: name of the pair that this one shows again.
    """

    rater: str
    pair: str
    photo: str
    first: str
    second: str
    chosen: Literal["first", "second"]
    side: Side | None = None
    repeats: str | None = None

    @property
    def winner(self) -> str:
        """Model that was found more real."""
        return self.first if self.chosen == "first" else self.second

    @property
    def loser(self) -> str:
        """The other model."""
        return self.second if self.chosen == "first" else self.first


@dataclass(frozen=True)
class Survey:
    """A whole survey: its ratings, or its choices, and what it is called.

    Attributes:
        title: what the people who made it call it.
        question: what the raters were asked.
        ratings: where it asks for votes from 1 to 5.
        choices: where it asks which of two is more real.
    """

    title: str = ""
    question: str = ""
    ratings: Ratings | None = None
    choices: tuple[Choice, ...] = field(default=())

    @property
    def mode(self) -> Literal["rating", "pairwise"]:
        """How people are asked."""
        return "pairwise" if self.ratings is None else "rating"


def count_votes(votes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Counts (P, 5) of the votes 1 to 5 in a table (R, P) with NaN where there is none."""
    return np.stack([(votes == value).sum(axis=0) for value in VALUES], axis=1).astype(np.int64)


def row_means(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of each row of a table (R, P) over what is not NaN; NaN where nothing is."""
    said = ~np.isnan(table)
    numbers = said.sum(axis=1)
    sums = np.where(said, table, 0.0).sum(axis=1)
    return np.where(numbers > 0, sums / np.maximum(numbers, 1), np.nan)


def ratings_from_counts(pictures: Iterable[Picture], counts: Sequence[Sequence[int]]) -> Ratings:
    """Ratings of which only the counts (P, 5) are known.

    Raises:
        DataError: a count is negative, or the table does not fit the pictures.
    """
    pictures = tuple(pictures)
    table = np.array(counts, np.int64).reshape(len(counts), -1)
    if table.shape != (len(pictures), LEVELS):
        raise DataError(
            f"a table of {table.shape} counts came for {len(pictures)} pictures; "
            f"expected {LEVELS} counts for each"
        )
    if (table < 0).any():
        raise DataError(f"a negative number of votes came ({table.min()}); expected 0 or more")
    _check(pictures)
    return Ratings(pictures, table)


def ratings_from_votes(
    pictures: Iterable[Picture], votes: Iterable[tuple[str, str, int]]
) -> Ratings:
    """Ratings from single votes, each (rater, id of the picture, 1 to 5).

    Raises:
        DataError: a vote is none from 1 to 5, is for an unknown picture, or is a rater's second
            one for a picture.
    """
    pictures, votes = tuple(pictures), list(votes)
    _check(pictures)
    columns = {picture.id: place for place, picture in enumerate(pictures)}
    raters = tuple(dict.fromkeys(rater for rater, _, _ in votes))
    for rater in raters:
        _check_name(rater)
    rows = {rater: place for place, rater in enumerate(raters)}
    table = np.full((len(raters), len(pictures)), np.nan)
    for rater, picture, value in votes:
        if value not in VALUES:
            raise DataError(f"the vote {value!r} came; expected a whole number from 1 to 5")
        if picture not in columns:
            raise DataError(f"a vote for {picture!r} came; expected a picture of the survey")
        cell = rows[rater], columns[picture]
        if not np.isnan(table[cell]):
            raise DataError(
                f"rater {rater!r} votes twice on {picture!r}; expected one vote a picture: "
                "leave one line out"
            )
        table[cell] = value
    return Ratings(pictures, count_votes(table), table, raters)


def distinct_choices(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """All choices, after a look that they fit together.

    Raises:
        DataError: somebody chooses twice in one pair, a pair is told of in two ways or repeats
            itself or a repeat, or a name is none.
    """
    choices = tuple(choices)
    pairs: dict[str, tuple[str, ...]] = {}
    repeats: dict[str, str | None] = {}
    for one in choices:
        facts = (one.photo, one.first, one.second, one.repeats or "")
        if pairs.setdefault(one.pair, facts) != facts:
            raise DataError(
                f"the pair {one.pair!r} is told of in two ways; expected the same photo, first, "
                "second and repeats wherever it is named"
            )
        repeats[one.pair] = one.repeats
        for name in (one.rater, one.pair, *facts):
            _check_name(name)
    for (rater, pair), number in Counter((one.rater, one.pair) for one in choices).items():
        if number > 1:
            raise DataError(
                f"rater {rater!r} chooses {number} times in the pair {pair!r}; expected once: "
                "leave lines out"
            )
    _check_repeats(repeats)
    return choices


def _check(pictures: Sequence[Picture]) -> None:
    seen: dict[str, str | None] = {}
    for picture in pictures:
        if picture.id in seen:
            raise DataError(f"the picture {picture.id!r} came twice; expected names that differ")
        seen[picture.id] = picture.repeats
        for name in (picture.id, picture.name, picture.photo, picture.model):
            _check_name(name)
    for picture in pictures:
        if picture.repeats is not None and picture.repeats not in seen:
            raise DataError(
                f"{picture.id!r} repeats {picture.repeats!r}, which did not come; expected the id "
                "of another picture"
            )
    _check_repeats(seen)


def _check_repeats(repeats: Mapping[str, str | None]) -> None:
    for name, repeated in repeats.items():
        if repeated is not None and (repeated == name or repeats.get(repeated) is not None):
            raise DataError(
                f"{name!r} repeats {repeated!r}, which is a repeat itself; expected the first one"
            )


def _check_name(name: str) -> None:
    """Refuse what a database does not keep or a table does not show."""
    if len(name) > MOST_LETTERS:
        raise DataError(
            f"a name of {len(name)} letters came ({name[:20]!r}...); expected at most "
            f"{MOST_LETTERS}"
        )
    if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise DataError(f"the name {name!r} holds what is no text; expected letters and signs")
