from __future__ import annotations

import numpy as np
import pytest

from tomau.evaluation.intervals import sign_flip_p_values
from tomau.evaluation.survey.ballots import (
    Picture,
    Ratings,
    ratings_from_counts,
    ratings_from_votes,
)
from tomau.evaluation.survey.comparisons import compare_models, holm


def made(gap: float, photos: int = 12, raters: int = 15, missing: float = 0.0) -> Ratings:
    """Votes for two models; model b lies ``gap`` under model a."""
    random = np.random.default_rng(5)
    pictures = [Picture(f"{m}{p}", photo=str(p), model=m) for m in "ab" for p in range(photos)]
    votes = []
    for picture in pictures:
        level = 3.3 + 0.5 * np.sin(int(picture.photo)) - gap * (picture.model == "b")
        for rater in range(raters):
            if random.random() >= missing:
                vote = int(np.clip(np.rint(level + random.normal(0, 0.8)), 1, 5))
                votes.append((str(rater), picture.id, vote))
    return ratings_from_votes(pictures, votes)


def test_a_model_that_is_better_is_found_so_by_both_tests() -> None:
    (found,) = compare_models(made(gap=0.8))
    assert (found.a, found.b, found.photos, found.raters) == ("a", "b", 12, 15)
    assert found.difference == pytest.approx(0.8, abs=0.25)
    assert found.low is not None
    assert found.low > 0
    assert found.p < 0.01
    assert found.p_raters is not None
    assert found.p_raters < 0.01


def test_equal_models_are_not_told_apart() -> None:
    (found,) = compare_models(made(gap=0.0))
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
    assert found.p > 0.05


def test_the_pairing_is_by_photograph() -> None:
    ratings = made(gap=0.3)
    (found,) = compare_models(ratings)
    assert ratings.votes is not None
    by_photo = np.nanmean(ratings.votes, axis=0)
    differences = by_photo[:12] - by_photo[12:]
    assert found.difference == pytest.approx(differences.mean())
    assert found.p == sign_flip_p_values(differences[:, np.newaxis])[0]


def test_only_raters_who_saw_both_count() -> None:
    pictures = [Picture("a", photo="1", model="a"), Picture("b", photo="1", model="b")]
    votes = [("saw both", "a", 5), ("saw both", "b", 4), ("saw one", "a", 1)]
    (found,) = compare_models(ratings_from_votes(pictures, votes))
    assert (found.difference, found.raters, found.low) == (1, 1, None)


def test_counts_alone_are_compared_over_photographs() -> None:
    ratings = made(gap=0.8)
    (found,) = compare_models(ratings_from_counts(ratings.pictures, ratings.counts.tolist()))
    (known,) = compare_models(ratings)
    assert found.difference == pytest.approx(known.difference)
    assert (found.p, found.p_raters, found.raters) == (known.p, None, 0)


def test_missing_votes_do_not_stop_it() -> None:
    (found,) = compare_models(made(gap=0.8, missing=0.5))
    assert found.p < 0.05
    assert np.isfinite(found.difference)


def test_models_without_a_photograph_in_common_are_not_compared() -> None:
    pictures = [Picture("a", photo="1", model="a"), Picture("b", photo="2", model="b")]
    assert compare_models(ratings_from_counts(pictures, [[1] * 5] * 2)) == ()


def test_holms_correction() -> None:
    # Worked by hand: 3 * 0.01, 2 * 0.03, then never less than the one before.
    assert holm([0.03, 0.04, 0.01]) == pytest.approx([0.06, 0.06, 0.03])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
