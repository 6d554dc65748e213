"""Mean opinion scores and where they lie: of one picture, and of many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tomau.evaluation.intervals import LEVEL, RESAMPLES, SEED
from tomau.evaluation.survey.ballots import HIGHEST, LOWEST, VALUES
from tomau.evaluation.survey.student import t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.evaluation.survey.ballots import Ratings

    Table = NDArray[np.float64]

_RESAMPLES_AT_ONCE = 100

PICTURE_REMARK = f"{100 * LEVEL:g} % intervals of a picture: Student's t over its votes"
VOTES_REMARK = (
    f"of several: bootstrap over raters and pictures at once, {RESAMPLES} resamples, seed {SEED}"
)
COUNTS_REMARK = (
    "of several: bootstrap over pictures, and over the votes of each, "
    f"{RESAMPLES} resamples, seed {SEED}"
)


@dataclass(frozen=True)
class Opinion:
    """A mean opinion score, 1..5 (or a difference of two), and the interval it lies in.

    ``mean`` is None without a vote; the interval is None where there is too little to tell.
    """

    mean: float | None
    low: float | None
    high: float | None
    votes: int


def picture_opinion(counts: NDArray[np.int64]) -> Opinion:
    """Mean of one picture's votes, from their counts (5,), with Student's interval.

    The interval stays within the scale. One vote alone has no interval.

    Source: ITU-T Rec. P.910, section on the mean opinion score; the t distribution instead of the
    normal one, for few raters.
    """
    number = int(counts.sum())
    if number == 0:
        return Opinion(None, None, None, 0)
    values = np.array(VALUES)
    mean = float(counts @ values) / number
    if number == 1:
        return Opinion(mean, None, None, 1)
    variance = float(counts @ (values - mean) ** 2) / (number - 1)
    half = t_quantile(LEVEL, number - 1) * math.sqrt(variance / number)
    return Opinion(mean, max(LOWEST, mean - half), min(HIGHEST, mean + half), number)


def overall_opinion(ratings: Ratings) -> Opinion:
    """Mean over pictures of their means, every picture with a vote weighing the same.

    Raters and pictures are drawn anew together, so that the interval speaks of other raters and
    other pictures. Where only counts are known, pictures are drawn, and votes within each.
    """
    numbers = ratings.counts.sum(axis=1)
    voted = np.flatnonzero(numbers)
    votes = int(numbers.sum())
    if not len(voted):
        return Opinion(None, None, None, 0)
    known = ratings.part(voted.tolist())
    mean = float(np.mean(known.counts @ np.array(VALUES) / numbers[voted]))
    if votes == 1:
        return Opinion(mean, None, None, 1)
    if known.votes is None:
        low, high = _counts_interval(known.counts)
    else:
        low, high = two_way_interval(known.votes)
    return Opinion(mean, low, high, votes)


def two_way_interval(table: Table) -> tuple[float, float]:
    """Interval of the mean of column means of a table (R, P) with NaN where nothing was said.

    Rows and columns are drawn anew at once, each with replacement; a column that has nothing left
    does not count. It is a little too wide rather than too narrow.

    Source: Owen, The Pigeonhole Bootstrap, Annals of Applied Statistics 1 (2), 2007, 386-411.
    """
    rows, columns = table.shape
    random = np.random.default_rng(SEED)
    said = ~np.isnan(table)
    filled, said_once = np.where(said, table, 0.0), said.astype(np.float64)
    means = []
    for start in range(0, RESAMPLES, _RESAMPLES_AT_ONCE):
        size = min(_RESAMPLES_AT_ONCE, RESAMPLES - start)
        times = random.multinomial(rows, np.full(rows, 1 / rows), size=size).astype(np.float64)
        weights = random.multinomial(columns, np.full(columns, 1 / columns), size=size)
        numbers = times @ said_once
        weights = weights * (numbers > 0)
        column_means = (times @ filled) / np.maximum(numbers, 1)
        with np.errstate(invalid="ignore"):  # a resample may have nothing that was said
            means.append((weights * column_means).sum(axis=1) / weights.sum(axis=1))
    return _ends(np.concatenate(means))


def _counts_interval(counts: NDArray[np.int64]) -> tuple[float, float]:
    """Interval of the mean over pictures from counts (P, 5), each with at least one vote."""
    random = np.random.default_rng(SEED)
    numbers = counts.sum(axis=1)
    pictures = len(counts)
    values = np.array(VALUES, np.float64)
    means = np.stack(
        [
            random.multinomial(number, row / number, size=RESAMPLES) @ values / number
            for number, row in zip(numbers, counts, strict=True)
        ],
        axis=1,
    )
    weights = random.multinomial(pictures, np.full(pictures, 1 / pictures), size=RESAMPLES)
    return _ends((weights * means).sum(axis=1) / pictures)


def _ends(means: Table) -> tuple[float, float]:
    outside = (1 - LEVEL) / 2
    low, high = np.nanquantile(means, [outside, 1 - outside])
    return float(low), float(high)
