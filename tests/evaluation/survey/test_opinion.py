from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tomau.evaluation.survey.ballots import Picture, ratings_from_counts, ratings_from_votes
from tomau.evaluation.survey.opinion import overall_opinion, picture_opinion, two_way_interval
from tomau.evaluation.survey.student import central_share, t_quantile


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 9, 30, 99, 1000, 1001, 10**9])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
def test_students_t_agrees_with_scipy(freedom: int, level: float) -> None:
    expected = stats.t.ppf((1 + level) / 2, freedom)
    assert t_quantile(level, freedom) == pytest.approx(expected, rel=1e-7)
    if freedom <= 1001:
        assert central_share(expected, freedom) == pytest.approx(level, abs=1e-9)


def test_a_pictures_interval_agrees_with_scipy() -> None:
    counts = np.array([2, 11, 29, 36, 22])
    votes = np.repeat([1, 2, 3, 4, 5], counts)
    opinion = picture_opinion(counts)
    expected = stats.t.interval(0.95, 99, votes.mean(), stats.sem(votes))
    assert (opinion.low, opinion.high) == pytest.approx(expected)
    assert (opinion.mean, opinion.votes) == (pytest.approx(3.65), 100)


def test_an_interval_stays_on_the_scale() -> None:
    opinion = picture_opinion(np.array([0, 0, 0, 1, 2]))
    assert opinion.high == 5
    assert opinion.low is not None
    assert opinion.low < 4


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([0, 0, 0, 0, 0], (None, None, None, 0)),
        ([0, 1, 0, 0, 0], (2.0, None, None, 1)),
        ([0, 0, 0, 0, 7], (5.0, 5.0, 5.0, 7)),
    ],
)
def test_few_votes_and_equal_ones(
    counts: list[int], expected: tuple[float | None, float | None, float | None, int]
) -> None:
    opinion = picture_opinion(np.array(counts))
    assert (opinion.mean, opinion.low, opinion.high, opinion.votes) == expected


def test_every_picture_weighs_the_same_overall() -> None:
    pictures = [Picture("a"), Picture("b"), Picture("unseen")]
    ratings = ratings_from_counts(pictures, [[98, 0, 0, 0, 0], [0, 0, 0, 0, 2], [0] * 5])
    opinion = overall_opinion(ratings)
    assert opinion.mean == 3
    assert opinion.votes == 100


def test_the_interval_holds_new_raters_and_new_pictures() -> None:
    """Coverage over 120 made surveys whose true mean is known: near 95 %, not far under."""
    truth, hits = 3.0, 0
    for seed in range(120):
        random = np.random.default_rng(seed)
        raters, pictures = random.normal(0, 0.5, (25, 1)), random.normal(0, 0.7, (1, 20))
        table = truth + raters + pictures + random.normal(0, 0.6, (25, 20))
        table[random.random(table.shape) < 0.2] = np.nan
        low, high = two_way_interval(table)
        hits += low <= truth <= high
    assert hits >= 0.9 * 120


def test_votes_and_their_counts_have_like_intervals() -> None:
    random = np.random.default_rng(4)
    level = random.uniform(1.5, 4.5, 15)
    votes = np.clip(np.rint(level + random.normal(0, 1, (60, 15))), 1, 5).astype(int)
    pictures = [Picture(str(place)) for place in range(15)]
    known = ratings_from_votes(
        pictures, [(str(r), str(p), int(votes[r, p])) for r in range(60) for p in range(15)]
    )
    counted = ratings_from_counts(pictures, known.counts.tolist())
    one, other = overall_opinion(known), overall_opinion(counted)
    assert one.mean == other.mean == pytest.approx(votes.mean())
    assert one.low == pytest.approx(other.low, abs=0.1)
    assert one.high == pytest.approx(other.high, abs=0.1)
