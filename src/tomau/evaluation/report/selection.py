"""Which photographs a report shows: the best, median and worst of each metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tomau.evaluation.metric_facts import PHOTO_METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomau.evaluation.scores import Scores

Rank = Literal["best", "median", "worst"]

RANKS: tuple[Rank, ...] = ("best", "median", "worst")
_PER_RANK = 4
_MOST_PHOTOS = 120
_SAME_ORDER_AS_RMSE = "mse"


@dataclass(frozen=True)
class Selection:
    """Keys of photographs: metric -> contestant -> rank -> keys, the most extreme first."""

    ranked: Mapping[str, Mapping[str, Mapping[Rank, tuple[str, ...]]]]

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that is shown somewhere, once."""
        return tuple(
            dict.fromkeys(
                key
                for contestants in self.ranked.values()
                for ranks in contestants.values()
                for keys in ranks.values()
                for key in keys
            )
        )


def ranking_metrics(scores: Scores) -> tuple[str, ...]:
    """The metrics by which one picture can be better than another, ab-RMSE first."""
    found = [
        metric
        for metric in scores.metrics
        if PHOTO_METRICS[metric].better and metric != _SAME_ORDER_AS_RMSE
    ]
    return tuple(sorted(found, key=lambda metric: metric != "rmse"))


def select(scores: Scores) -> Selection:
    """Choose four photographs for each metric, contestant and rank; fewer where these are many.

    No photograph stands in two ranks of one metric and contestant.
    """
    for per_rank in range(_PER_RANK, 0, -1):
        selection = Selection(
            {
                metric: {
                    label: _ranks(scores, label, metric, per_rank) for label in scores.contestants
                }
                for metric in ranking_metrics(scores)
            }
        )
        if len(selection.keys) <= _MOST_PHOTOS:
            break
    return selection


def _ranks(scores: Scores, label: str, metric: str, per_rank: int) -> dict[Rank, tuple[str, ...]]:
    values = scores.column(label, metric)
    falling = PHOTO_METRICS[metric].better == "higher"
    order = [scores.keys[k] for k in np.argsort(-values if falling else values, kind="stable")]
    each = min(per_rank, max(1, len(order) // len(RANKS)))
    best, rest = order[:each], order[each:]
    worst, middle = rest[::-1][:each], rest[: len(rest) - each]
    start = max(0, (len(middle) - each) // 2)
    return {
        "best": tuple(best),
        "median": tuple(middle[start : start + each]),
        "worst": tuple(worst),
    }
