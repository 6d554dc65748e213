from __future__ import annotations

import choix
import numpy as np
import pytest
from scipy import optimize

from tomau.errors import DataError
from tomau.evaluation.survey.ballots import Choice
from tomau.evaluation.survey.bradley_terry import bradley_terry, strengths

# American League, eastern division, 1987: Agresti, Categorical Data Analysis, 1990, table 10.10.
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
BASEBALL = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ],
    np.float64,
)


def test_the_published_baseball_season() -> None:
    scores = bradley_terry(BASEBALL)
    published = [1.581, 1.436, 1.294, 1.248, 1.108, 0.684, 0]
    np.testing.assert_allclose(scores - scores[-1], published, atol=6e-4)
    assert scores.sum() == pytest.approx(0, abs=1e-9)


def test_it_agrees_with_choix_and_with_the_likelihood() -> None:
    wins = np.random.default_rng(3).integers(1, 12, size=(6, 6)).astype(float)
    np.fill_diagonal(wins, 0)
    scores = bradley_terry(wins)
    single = [(i, j) for i in range(6) for j in range(6) for _ in range(int(wins[i, j]))]
    np.testing.assert_allclose(scores, choix.opt_pairwise(6, single), atol=1e-5)

    def unlikely(free: np.ndarray) -> float:
        beta = np.append(free, 0)
        return float((wins * np.logaddexp(0, beta - beta[:, np.newaxis])).sum())

    best = np.append(optimize.minimize(unlikely, np.zeros(5), tol=1e-12).x, 0)
    np.testing.assert_allclose(scores, best - best.mean(), atol=1e-4)


def test_who_always_won_has_a_finite_score_by_half_a_vote() -> None:
    scores = bradley_terry(np.array([[0.0, 4.0], [0.0, 0.0]]))
    assert scores[0] - scores[1] == pytest.approx(np.log(4.5 / 0.5))


def test_groups_that_never_met_are_refused() -> None:
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[1, 0] = wins[2, 3] = wins[3, 2] = 2
    with pytest.raises(DataError, match="never compared"):
        bradley_terry(wins)


def made_choices(photos: int, raters: int, seed: int, gap: float = 1.0) -> list[Choice]:
    """Choices between three models a, b, c whose log-strengths are gap, 0, -gap."""
    random = np.random.default_rng(seed)
    level = {"a": gap, "b": 0.0, "c": -gap}
    moods = {
        photo: dict(zip("abc", random.normal(0, 0.4, 3), strict=True)) for photo in range(photos)
    }
    found = []
    for rater in range(raters):
        for photo in range(photos):
            for first, second in ("ab", "bc", "ac"):
                odds = level[first] - level[second] + moods[photo][first] - moods[photo][second]
                chosen = "first" if random.random() < 1 / (1 + np.exp(-odds)) else "second"
                found.append(
                    Choice(str(rater), f"{photo}{first}{second}", str(photo), first, second, chosen)
                )
    return found


def test_made_strengths_are_found_within_their_intervals() -> None:
    found = {one.model: one for one in strengths(made_choices(photos=15, raters=20, seed=1))}
    assert list(found) == ["a", "b", "c"]
    assert found["a"].low <= 1 <= found["a"].high
    assert found["c"].low <= -1 <= found["c"].high
    assert found["a"].low > found["b"].high
    assert found["a"].shown == 2 * 15 * 20
    assert sum(one.wins for one in found.values()) == 3 * 15 * 20


def test_many_raters_of_few_photographs_leave_the_interval_wide() -> None:
    few = strengths(made_choices(photos=3, raters=100, seed=2, gap=0.2))
    many = strengths(made_choices(photos=100, raters=3, seed=2, gap=0.2))
    assert max(one.high - one.low for one in few) > 2 * max(one.high - one.low for one in many)


def test_no_choice_no_score() -> None:
    assert strengths([]) == ()
