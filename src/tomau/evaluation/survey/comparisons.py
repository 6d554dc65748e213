"""Model against model on the photographs that both colourized, by the raters who saw both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from tomau.evaluation.intervals import bootstrap_interval, sign_flip_p_values
from tomau.evaluation.survey.ballots import VALUES, row_means
from tomau.evaluation.survey.opinion import two_way_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tomau.evaluation.survey.ballots import Ratings

    Table = NDArray[np.float64]

COMPARISON_REMARK = (
    "p: paired sign-flip test over photographs (p_raters: over raters); "
    "p_holm: p corrected for the number of comparisons (Holm)"
)


@dataclass(frozen=True)
class Comparison:
    """Two models, rated on the same photographs.

    Attributes:
        a: one model.
        b: the other.
        difference: mean vote for a less that for b, over photographs.
        low: where that difference lies; None with too little to tell, as ``high``.
        high: its upper end.
        p: two-sided p value over photographs: would other photographs say the same?
        p_raters: over raters: would other people say the same of these photographs? None where
            only counts are known.
        p_holm: ``p`` corrected for the number of comparisons.
        photos: number of photographs.
        raters: number of raters who saw both models; 0 where only counts are known.
    """

    a: str
    b: str
    difference: float
    low: float | None
    high: float | None
    p: float
    p_raters: float | None
    p_holm: float
    photos: int
    raters: int


def compare_models(ratings: Ratings) -> tuple[Comparison, ...]:
    """Each model against each other, where they share a photograph; p values by sign flips.

    Source: the tests are those of `tomau.evaluation.intervals`; Holm, A Simple Sequentially
    Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 6 (2), 1979.
    """
    found = [
        comparison
        for a, b in combinations(ratings.models, 2)
        if (comparison := _compare(ratings, a, b)) is not None
    ]
    corrected = holm([comparison.p for comparison in found])
    return tuple(
        replace(comparison, p_holm=p) for comparison, p in zip(found, corrected, strict=True)
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """P values corrected for their number, in the order they came in.

    >>> holm([0.04, 0.01])
    [0.04, 0.02]
    """
    order = np.argsort(p_values, kind="stable")
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected


def _compare(ratings: Ratings, a: str, b: str) -> Comparison | None:
    if ratings.votes is None:
        differences = _by_counts(ratings, a, b)
        if not len(differences):
            return None
        low, high = _ends(differences)
        p = _p(differences)
        return Comparison(
            a, b, float(differences.mean()), low, high, p, None, p, len(differences), 0
        )
    table = _by_raters(ratings, ratings.votes, a, b)
    if not table.size:
        return None
    photos, raters = np.nanmean(table, axis=0), np.nanmean(table, axis=1)
    low, high = two_way_interval(table) if table.size > 1 else (None, None)
    p = _p(photos)
    return Comparison(
        a, b, float(photos.mean()), low, high, p, _p(raters), p, len(photos), len(raters)
    )


def _by_raters(ratings: Ratings, votes: Table, a: str, b: str) -> Table:
    """Differences (R, N) of each rater on each photograph; every row and column has one."""
    columns = []
    for first, second in _shared(ratings, a, b):
        difference = row_means(votes[:, first]) - row_means(votes[:, second])
        if not np.isnan(difference).all():
            columns.append(difference)
    if not columns:
        return np.zeros((0, 0))
    table = np.stack(columns, axis=1)
    return table[~np.isnan(table).all(axis=1)]


def _by_counts(ratings: Ratings, a: str, b: str) -> Table:
    """Differences (N,) of the mean votes on each photograph."""
    values = np.array(VALUES)
    differences = []
    for first, second in _shared(ratings, a, b):
        counts = [ratings.counts[places].sum(axis=0) for places in (first, second)]
        if all(count.sum() for count in counts):
            means = [float(count @ values) / int(count.sum()) for count in counts]
            differences.append(means[0] - means[1])
    return np.array(differences)


def _shared(ratings: Ratings, a: str, b: str) -> list[tuple[list[int], list[int]]]:
    """For each photograph that both colourized: the columns of one, and of the other."""
    places = {model: ratings.places(model=model) for model in (a, b)}
    by_photo: dict[str, tuple[list[int], list[int]]] = {}
    for side, model in enumerate((a, b)):
        for place in places[model]:
            photo = ratings.pictures[place].photo
            if photo:
                by_photo.setdefault(photo, ([], []))[side].append(place)
    return [pair for pair in by_photo.values() if pair[0] and pair[1]]


def _ends(differences: Table) -> tuple[float | None, float | None]:
    if len(differences) < 2:
        return None, None
    low, high = bootstrap_interval(differences[:, np.newaxis])[:, 0]
    return float(low), float(high)


def _p(differences: Table) -> float:
    return float(sign_flip_p_values(differences[:, np.newaxis])[0])
