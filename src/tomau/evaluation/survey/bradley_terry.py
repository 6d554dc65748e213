"""Scores from choices between two: the model of Bradley and Terry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tomau.errors import DataError
from tomau.evaluation.intervals import LEVEL, RESAMPLES, SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tomau.evaluation.survey.ballots import Choice

    Table = NDArray[np.float64]

_TOLERANCE = 1e-9
_MOST_STEPS = 10_000
_HALF_A_VOTE = 0.5

PAIRWISE_REMARK = (
    "scores of Bradley and Terry: natural logarithms of strengths, mean 0; a difference d means "
    "odds of exp(d); half a vote is added to either side of each pair where one model always won; "
    f"{100 * LEVEL:g} % intervals: bootstrap over raters and photographs at once, "
    f"{RESAMPLES} resamples, seed {SEED}"
)


@dataclass(frozen=True)
class Strength:
    """One model's score and interval, and how often it was chosen of how many times shown."""

    model: str
    score: float
    low: float
    high: float
    wins: int
    shown: int


def bradley_terry(wins: Table, *, compared: NDArray[np.bool_] | None = None) -> Table:
    """Most likely log-strengths (..., K), mean 0, from ``wins`` (..., K, K): i over j.

    Where a group of models never lost to the rest no finite strength is the most likely one; half
    a vote is then added to either side of each pair in ``compared`` (K, K), by default the pairs
    that have a vote.

    Raises:
        DataError: the models fall into groups that were never compared.

    Source: Hunter, MM Algorithms for Generalized Bradley-Terry Models, Annals of Statistics 32 (1),
    2004, equation (3) and Assumption 1.

    >>> strengths = bradley_terry(np.array([[0.0, 3.0], [1.0, 0.0]]))
    >>> [round(float(odds), 6) for odds in np.exp(strengths - strengths[1])]
    [3.0, 1.0]
    """
    models = wins.shape[-1]
    if compared is None:
        both = wins + np.swapaxes(wins, -1, -2)
        compared = both.reshape(-1, models, models).sum(axis=0) > 0
    if not _all_reach_all(compared):
        raise DataError(
            "the models fall into groups that were never compared with each other; expected "
            "choices that link all of them: leave models out, or ask about pairs between the groups"
        )
    linked = _all_reach_all(wins > 0)[..., np.newaxis, np.newaxis]
    wins = np.where(linked, wins, wins + _HALF_A_VOTE * compared)
    games = wins + np.swapaxes(wins, -1, -2)
    won = wins.sum(axis=-1)
    scores = np.zeros(won.shape)
    for _ in range(_MOST_STEPS):
        gamma = np.exp(scores)
        rates = games / (gamma[..., :, np.newaxis] + gamma[..., np.newaxis, :])
        new = np.log(won) - np.log(rates.sum(axis=-1))
        new -= new.mean(axis=-1, keepdims=True)
        step = float(np.abs(new - scores).max(initial=0))
        scores = new
        if step < _TOLERANCE:
            break
    return scores


def strengths(choices: Sequence[Choice]) -> tuple[Strength, ...]:
    """Score each model by all choices, the strongest first; nothing without a choice.

    For the interval raters and photographs are drawn anew at once: people who agree about one
    photograph are no independent witnesses about models.

    Raises:
        DataError: the models fall into groups that were never compared.

    Source: Owen, The Pigeonhole Bootstrap, Annals of Applied Statistics 1 (2), 2007, 386-411.
    """
    if not choices:
        return ()
    models = sorted({name for choice in choices for name in (choice.winner, choice.loser)})
    places = {model: place for place, model in enumerate(models)}
    winners = np.array([places[choice.winner] for choice in choices])
    losers = np.array([places[choice.loser] for choice in choices])
    wins = _wins(winners, losers, np.ones(len(choices)), len(models))
    scores = bradley_terry(wins)
    drawn = bradley_terry(
        np.stack([_wins(winners, losers, times, len(models)) for times in _draws(choices)]),
        compared=(wins + wins.T) > 0,
    )
    outside = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [outside, 1 - outside], axis=0)
    found = [
        Strength(
            model,
            float(scores[place]),
            float(low[place]),
            float(high[place]),
            int(wins[place].sum()),
            int((wins + wins.T)[place].sum()),
        )
        for model, place in places.items()
    ]
    return tuple(sorted(found, key=lambda strength: (-strength.score, strength.model)))


def _draws(choices: Sequence[Choice]) -> Table:
    """How often each of N choices counts in each resample, (RESAMPLES, N)."""
    random = np.random.default_rng(SEED)
    times = np.ones((RESAMPLES, len(choices)))
    for names in ([choice.rater for choice in choices], [choice.photo for choice in choices]):
        distinct, places = np.unique(names, return_inverse=True)
        count = len(distinct)
        times *= random.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)[:, places]
    return times


def _wins(
    winners: NDArray[np.int64], losers: NDArray[np.int64], times: Table, models: int
) -> Table:
    """Table (K, K) of how often each model was chosen over each other."""
    flat = np.bincount(winners * models + losers, weights=times, minlength=models * models)
    return flat.astype(np.float64).reshape(models, models)


def _all_reach_all(links: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether from every one of K all others are reached along links (..., K, K)."""
    count = links.shape[-1]
    reached = (links | np.eye(count, dtype=bool)).astype(np.float64)
    for _ in range(max(1, count.bit_length())):
        reached = np.minimum(reached @ reached, 1)
    return np.asarray((reached > 0).all(axis=(-1, -2)))
