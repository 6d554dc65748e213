from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from tomau.evaluation.survey.agreement import Scale, alpha_interval, krippendorff_alpha

# Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011, section C: four observers, twelve
# units, dots for what is missing; his results stand in sections C and D.
OBSERVERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""


def published_counts() -> np.ndarray:
    table = np.array(
        [[np.nan if cell == "." else float(cell) for cell in line.split()]
         for line in OBSERVERS.strip().splitlines()]
    )  # fmt: skip
    return np.stack([(table == value).sum(axis=0) for value in range(1, 6)], axis=1)


@pytest.mark.parametrize(
    ("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_the_published_example(scale: Scale, published: float) -> None:
    assert krippendorff_alpha(published_counts(), scale) == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_another_implementation(scale: Scale, seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(0, 6, size=(12, 5))
    counts[3] = [0, 0, 1, 0, 0]  # one vote alone is no pair
    expected = krippendorff.alpha(value_counts=counts, level_of_measurement=scale)
    assert krippendorff_alpha(counts, scale) == pytest.approx(expected, abs=1e-12)


def test_full_agreement_is_one_and_no_pairs_tell_nothing() -> None:
    assert krippendorff_alpha(np.array([[0, 0, 0, 0, 9], [9, 0, 0, 0, 0]])) == 1
    assert krippendorff_alpha(np.array([[0, 0, 1, 0, 0], [1, 0, 0, 0, 0]])) is None
    assert krippendorff_alpha(np.array([[0, 0, 4, 0, 0], [0, 0, 5, 0, 0]])) is None
    assert krippendorff_alpha(np.zeros((0, 5), int)) is None


def test_votes_by_chance_lie_about_zero_and_their_interval_says_so() -> None:
    counts = np.random.default_rng(0).multinomial(20, [0.2] * 5, size=30)
    interval = alpha_interval(counts)
    assert interval is not None
    low, high = interval
    assert low < 0.02
    assert high > -0.02
    assert high - low < 0.1


def test_one_picture_has_no_interval() -> None:
    assert alpha_interval(np.array([[1, 2, 3, 4, 5], [0, 0, 0, 0, 1]])) is None
