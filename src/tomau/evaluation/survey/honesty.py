"""Whether raters looked: what they gave to true photographs, and to pictures they saw twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tomau.evaluation.intervals import sign_flip_p_values
from tomau.evaluation.survey.ballots import TRUTH_MODEL, VALUES, row_means
from tomau.evaluation.survey.opinion import Opinion, overall_opinion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tomau.evaluation.survey.ballots import Choice, Ratings

    Table = NDArray[np.float64]

LEAST_TRUTHS, TRUTHS_LOWER_BY = 2, 1.0
LEAST_REPEATS, REPEATS_APART_BY = 2, 2.0
LEAST_VOTES = 8
LEAST_CHOICES = 4

HONESTY_REMARK = (
    f"doubtful: true photographs lower than results by {TRUTHS_LOWER_BY:g} or more "
    f"(of {LEAST_TRUTHS} or more), repeats {REPEATS_APART_BY:g} or more apart on average "
    f"(of {LEAST_REPEATS} or more), or the same vote for all of {LEAST_VOTES} or more"
)
"""The rule that marks a rater; it says whom to look at, it throws nobody out."""
CHOICE_HONESTY_REMARK = (
    f"doubtful: never the true photograph, or never the same answer to a pair shown twice (of "
    f"{LEAST_CHOICES} or more), or always the same side (of {LEAST_VOTES} or more)"
)
"""The same for choices between two."""


@dataclass(frozen=True)
class RaterRecord:
    """What one rater's answers say of the rater.

    Attributes:
        rater: name.
        votes: number of answers.
        truth_gap: mean vote for true photographs less that for results; of choices, the share of
            pairs with a true photograph in which that one was chosen. None without any.
        repeat_difference: mean distance of the two votes for a picture shown twice; of choices,
            the share of pairs shown twice that were answered differently. None without any.
        doubts: why the rater is doubtful, in words; none for most.
    """

    rater: str
    votes: int
    truth_gap: float | None
    repeat_difference: float | None
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Honesty:
    """What hidden truths and repeats say of all raters.

    Attributes:
        truths: mean opinion of the true photographs; None where none was mixed in.
        truth_gap: that mean less the mean of the results; of choices, the share of pairs with a
            true photograph in which that one was chosen.
        truth_gap_p: p value of the sign-flip test over raters that true photographs are rated as
            the results are; None for choices and where only counts are known.
        repeats: number of pairs of answers to the same thing.
        repeats_alike: share of them that are equal.
        repeat_difference: their mean distance.
        chance_difference: what that distance would be if a rater's answers had nothing to do with
            the pictures.
        raters: one record a rater.
    """

    truths: Opinion | None = None
    truth_gap: float | None = None
    truth_gap_p: float | None = None
    repeats: int = 0
    repeats_alike: float | None = None
    repeat_difference: float | None = None
    chance_difference: float | None = None
    raters: tuple[RaterRecord, ...] = ()

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Names of the raters with a doubt."""
        return tuple(record.rater for record in self.raters if record.doubts)


def rating_honesty(ratings: Ratings) -> Honesty:
    """Judge votes from 1 to 5 by the true photographs and repeats among them."""
    truth_places, result_places = ratings.places(kind="truth"), ratings.places()
    truths = overall_opinion(ratings.part(truth_places)) if truth_places else None
    results = overall_opinion(ratings.part(result_places))
    gap = None
    if truths is not None and truths.mean is not None and results.mean is not None:
        gap = truths.mean - results.mean
    if ratings.votes is None:
        return Honesty(truths, gap)
    gaps = row_means(ratings.votes[:, truth_places]) - row_means(ratings.votes[:, result_places])
    twice = _repeats(ratings, ratings.votes)
    records = tuple(
        _record(rater, ratings.votes[row], gaps[row], twice[row], truth_places)
        for row, rater in enumerate(ratings.raters)
    )
    known = gaps[~np.isnan(gaps)]
    differences = twice[~np.isnan(twice)]
    found = len(differences)
    return Honesty(
        truths,
        gap,
        float(sign_flip_p_values(known[:, np.newaxis])[0]) if len(known) else None,
        found,
        float(np.mean(differences == 0)) if found else None,
        float(differences.mean()) if found else None,
        _chance_difference(ratings.votes, twice) if found else None,
        records,
    )


def choice_honesty(choices: Sequence[Choice]) -> Honesty:
    """Judge choices by the pairs with a true photograph, and those shown twice."""
    by_rater: dict[str, list[Choice]] = {}
    for choice in choices:
        by_rater.setdefault(choice.rater, []).append(choice)
    records, truths, twice = [], [], []
    for rater, own in by_rater.items():
        seen = [float(choice.winner == TRUTH_MODEL) for choice in own if _has_truth(choice)]
        changed = _changed(own)
        truths += seen
        twice += changed
        gap = float(np.mean(seen)) if seen else None
        difference = float(np.mean(changed)) if changed else None
        records.append(
            RaterRecord(rater, len(own), gap, difference, _choice_doubts(own, seen, changed))
        )
    return Honesty(
        truth_gap=float(np.mean(truths)) if truths else None,
        repeats=len(twice),
        repeats_alike=1 - float(np.mean(twice)) if twice else None,
        repeat_difference=float(np.mean(twice)) if twice else None,
        chance_difference=0.5 if twice else None,
        raters=tuple(records),
    )


def _record(
    rater: str, votes: Table, gap: float, twice: Table, truth_places: list[int]
) -> RaterRecord:
    """Judge one rater by all votes (P,), and by the distances of repeated ones."""
    given = votes[~np.isnan(votes)]
    apart = twice[~np.isnan(twice)]
    doubts = []
    if (~np.isnan(votes[truth_places])).sum() >= LEAST_TRUTHS and gap <= -TRUTHS_LOWER_BY:
        doubts.append("rates true photographs lower than results")
    if len(apart) >= LEAST_REPEATS and apart.mean() >= REPEATS_APART_BY:
        doubts.append("votes differently on the same picture")
    if len(given) >= LEAST_VOTES and len(set(given)) == 1:
        doubts.append("gives everything the same vote")
    return RaterRecord(
        rater,
        len(given),
        None if np.isnan(gap) else float(gap),
        float(apart.mean()) if len(apart) else None,
        tuple(doubts),
    )


def _repeats(ratings: Ratings, votes: Table) -> Table:
    """Distance of both votes of each rater for each repeated picture, (R, repeats), or NaN."""
    columns = {picture.id: place for place, picture in enumerate(ratings.pictures)}
    pairs = [
        (columns[picture.repeats], place)
        for place, picture in enumerate(ratings.pictures)
        if picture.repeats in columns
    ]
    if not pairs:
        return np.full((len(votes), 0), np.nan)
    return np.stack([np.abs(votes[:, one] - votes[:, other]) for one, other in pairs], axis=1)


def _chance_difference(votes: Table, twice: Table) -> float:
    """Mean distance of two votes that each rater draws from all of the rater's own.

    Each rater weighs as many as the repeats that the rater answered.
    """
    distances = np.abs(np.subtract.outer(VALUES, VALUES))
    total = 0.0
    weights = (~np.isnan(twice)).sum(axis=1)
    for row, weight in zip(votes, weights, strict=True):
        if weight:
            shares = np.array([(row == value).sum() for value in VALUES]) / (~np.isnan(row)).sum()
            total += float(shares @ distances @ shares) * weight
    return total / float(weights.sum())


def _changed(own: Sequence[Choice]) -> list[float]:
    """1 for each pair shown twice to one rater and answered differently, else 0."""
    winners = {choice.pair: choice.winner for choice in own}
    return [
        float(winners[choice.repeats] != choice.winner)
        for choice in own
        if choice.repeats is not None and choice.repeats in winners
    ]


def _choice_doubts(
    own: Sequence[Choice], truths: Sequence[float], changed: Sequence[float]
) -> tuple[str, ...]:
    doubts = []
    if len(truths) >= LEAST_CHOICES and not any(truths):
        doubts.append("never chooses the true photograph")
    if len(changed) >= LEAST_CHOICES and all(changed):
        doubts.append("chooses differently between the same pictures")
    sides = [choice.side for choice in own]
    if len(own) >= LEAST_VOTES and sides[0] is not None and len(set(sides)) == 1:
        doubts.append("always chooses the same side")
    return tuple(doubts)


def _has_truth(choice: Choice) -> bool:
    return TRUTH_MODEL in (choice.first, choice.second)
