"""How sure a mean is: bootstrap intervals, and the paired comparison of two answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tomau.errors import UsageError
from tomau.evaluation.metric_facts import PHOTO_METRICS
from tomau.evaluation.scores import TRUTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tomau.evaluation.scores import Scores

    Table = NDArray[np.float64]

Interval = tuple[float, float]

RESAMPLES = 1_000
SIGN_FLIPS = 10_000
LEVEL = 0.95
SEED = 0
_CELLS_AT_ONCE = 4_000_000

INTERVALS_REMARK = (
    f"{100 * LEVEL:g} % intervals: percentile bootstrap over photos, "
    f"{RESAMPLES} resamples, seed {SEED}"
)
"""How the intervals of a table were made, for the protocol line."""


def bootstrap_interval(values: Table) -> Table:
    """Interval of the mean over photographs of ``values`` (N, M): lower and upper ends (2, M).

    The same resamples are drawn for every column and every table of N rows. A column with an
    infinite number has no interval: NaN.

    Source: Efron, Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3 (percentile).
    """
    count = len(values)
    random = np.random.default_rng(SEED)
    even = np.full(count, 1 / count)
    # How often each photograph is drawn says all that a resample's mean needs.
    means = np.concatenate(
        [
            random.multinomial(count, even, size=size) @ _finite(values) / count
            for size in _portions(RESAMPLES, count)
        ]
    )
    outside = (1 - LEVEL) / 2
    return np.asarray(np.quantile(means, [outside, 1 - outside], axis=0))


def sign_flip_p_values(differences: Table) -> Table:
    """Two-sided p value of each column of paired ``differences`` (N, M) having the mean 0.

    The share of random choices of signs whose mean lies as far from 0 as the one that was seen;
    the seen one counts among them.

    Source: Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 2005, section 3.7.2.
    """
    count = len(differences)
    random = np.random.default_rng(SEED)
    seen = np.abs(differences.sum(axis=0)) * (1 - 1e-12)  # a tie counts whatever rounding does
    as_far = np.zeros(differences.shape[1])
    for size in _portions(SIGN_FLIPS, count):
        signs = random.integers(0, 2, size=(size, count), dtype=np.int8) * 2.0 - 1.0
        as_far += (np.abs(signs @ differences) >= seen).sum(axis=0)
    return np.asarray((as_far + 1) / (SIGN_FLIPS + 1))


def mean_intervals(scores: Scores, answer: str) -> dict[str, Interval]:
    """Metric -> interval of its mean over the photographs, where there is one.

    ``colorfulness_delta`` is among them: the interval of the difference, folded at 0. One
    photograph alone has no intervals.
    """
    if scores.count < 2:
        return {}
    table = scores.table(answer)
    names = list(scores.metrics)
    difference = scores.column(answer, "colorfulness") - scores.column(TRUTH, "colorfulness")
    low, high = bootstrap_interval(np.column_stack([table, difference]))
    intervals = {
        name: (float(start), float(end))
        for name, start, end in zip([*names, "colorfulness_delta"], low, high, strict=True)
        if np.isfinite(start) and np.isfinite(end)
    }
    intervals["colorfulness_delta"] = _folded(intervals["colorfulness_delta"])
    return intervals


@dataclass(frozen=True)
class Difference:
    """How two answers differ in one metric, photograph by photograph.

    Attributes:
        metric: its name.
        mean: mean of the first's score less the second's.
        interval: where that mean lies.
        first_better: share of photographs on which the first is better; None if the metric has
            no better end.
        second_better: the same for the second; the rest are ties.
        p_value: of the sign-flip test that the mean is 0; not corrected for the number of metrics.
    """

    metric: str
    mean: float
    interval: Interval
    first_better: float | None
    second_better: float | None
    p_value: float


@dataclass(frozen=True)
class PairedComparison:
    """Two answers to the same photographs."""

    first: str
    second: str
    count: int
    differences: tuple[Difference, ...]


def compare_pair(scores: Scores, first: str, second: str) -> PairedComparison:
    """Compare two answers photograph by photograph, in every metric that is finite for both.

    Raises:
        UsageError: there are less than two photographs.
    """
    if scores.count < 2:
        raise UsageError("1 photograph came for a paired comparison; expected at least 2")
    with np.errstate(invalid="ignore"):  # infinite less infinite, where both are perfect
        table = scores.table(first) - scores.table(second)
    names = [name for name, whole in zip(scores.metrics, _whole(table), strict=True) if whole]
    table = table[:, _whole(table)]
    low, high = bootstrap_interval(table)
    p_values = sign_flip_p_values(table)
    differences = []
    for place, name in enumerate(names):
        better = PHOTO_METRICS[name].better
        column = table[:, place] if better == "lower" else -table[:, place]
        differences.append(
            Difference(
                metric=name,
                mean=float(table[:, place].mean()),
                interval=(float(low[place]), float(high[place])),
                first_better=None if better is None else float(np.mean(column < 0)),
                second_better=None if better is None else float(np.mean(column > 0)),
                p_value=float(p_values[place]),
            )
        )
    return PairedComparison(first, second, scores.count, tuple(differences))


def compare_first(scores: Scores) -> tuple[PairedComparison, ...]:
    """The first answer against each of the others that are no anchors."""
    first, *others = scores.contestants
    return tuple(compare_pair(scores, first, other) for other in others)


def _portions(total: int, width: int) -> Iterator[int]:
    """Parts of ``total`` rows, each small enough for memory at ``width`` numbers a row."""
    most = max(1, _CELLS_AT_ONCE // width)
    for start in range(0, total, most):
        yield min(most, total - start)


def _whole(table: Table) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(table).all(axis=0))


def _finite(table: Table) -> Table:
    """The table with NaN throughout the columns that hold an infinite number."""
    return np.where(_whole(table), table, np.nan)


def _folded(interval: Interval) -> Interval:
    """Interval of |x| from that of x."""
    low, high = sorted(abs(end) for end in interval)
    return (0.0 if interval[0] <= 0 <= interval[1] else low, high)
