from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.evaluation.made import bluish, made_photo, orange
from tomau.errors import UsageError
from tomau.evaluation import Protocol, compare_pair, intervals, mean_intervals, score_answers
from tomau.evaluation.intervals import bootstrap_interval, sign_flip_p_values
from tomau.evaluation.scores import Scores


@pytest.fixture(scope="module")
def scores() -> Scores:
    photos = [(str(k), made_photo(k)) for k in range(12)]
    contestants = {"blue": lambda _, gray: bluish(gray), "orange": lambda _, gray: orange(gray)}
    return score_answers(contestants, photos, Protocol(None))


def test_the_bootstrap_agrees_with_scipy() -> None:
    values = np.random.default_rng(1).gamma(2, 5, size=200)
    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    low, high = bootstrap_interval(values[:, np.newaxis])[:, 0]
    width = expected.high - expected.low
    assert low == pytest.approx(expected.low, abs=0.08 * width)
    assert high == pytest.approx(expected.high, abs=0.08 * width)


def test_memory_decides_the_portions_not_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).normal(size=(30, 2))
    whole = bootstrap_interval(values)
    monkeypatch.setattr(intervals, "_CELLS_AT_ONCE", 1000)
    np.testing.assert_allclose(bootstrap_interval(values), whole)


def test_an_infinite_column_has_no_interval_and_the_others_keep_theirs() -> None:
    values = np.random.default_rng(1).normal(size=(30, 2))
    infinite = values.copy()
    infinite[3, 0] = np.inf
    result = bootstrap_interval(infinite)
    assert np.isnan(result[:, 0]).all()
    np.testing.assert_array_equal(result[:, 1], bootstrap_interval(values)[:, 1])


def test_sign_flips_agree_with_all_signs_counted() -> None:
    differences = np.array([0.9, -0.2, 1.4, 0.3, 0.8, -0.4, 0.5, 1.1])
    sums = [
        abs(np.dot(signs, differences)) >= abs(differences.sum()) - 1e-9
        for signs in itertools.product((-1, 1), repeat=len(differences))
    ]
    p = sign_flip_p_values(differences[:, np.newaxis])[0]
    assert p == pytest.approx(np.mean(sums), abs=0.01)


def test_sign_flips_agree_with_the_t_test_on_many_numbers() -> None:
    differences = np.random.default_rng(3).normal(0.12, 1, size=(300, 1))
    p = sign_flip_p_values(differences)[0]
    assert p == pytest.approx(stats.ttest_1samp(differences[:, 0], 0).pvalue, abs=0.015)


def test_equal_answers_have_p_1() -> None:
    assert sign_flip_p_values(np.zeros((20, 1)))[0] == 1


def test_intervals_lie_around_the_means(scores: Scores) -> None:
    found = mean_intervals(scores, "blue")
    for metric in ("rmse", "psnr", "ssim", "ciede2000"):
        low, high = found[metric]
        assert low < getattr(scores.mean("blue"), metric) < high
    low, high = found["colorfulness_delta"]
    assert 0 <= low <= scores.colorfulness_delta("blue") <= high
    assert "psnr" not in mean_intervals(scores, "truth")
    one = replace(scores, rows=scores.rows[:4])
    assert mean_intervals(one, "blue") == {}


def test_the_delta_of_equal_colourfulness_reaches_down_to_0(scores: Scores) -> None:
    low, _ = mean_intervals(scores, "truth")["colorfulness_delta"]
    assert low == 0


def test_a_paired_comparison_turns_around(scores: Scores) -> None:
    there, back = (
        {part.metric: part for part in compare_pair(scores, *pair).differences}
        for pair in (("blue", "orange"), ("orange", "blue"))
    )
    for metric, part in there.items():
        other = back[metric]
        assert part.mean == pytest.approx(-other.mean)
        assert part.interval == pytest.approx(tuple(-end for end in other.interval[::-1]))
        assert part.p_value == other.p_value
        assert part.first_better == other.second_better
    rmse = scores.column("blue", "rmse") - scores.column("orange", "rmse")
    assert there["rmse"].mean == pytest.approx(rmse.mean())
    assert there["rmse"].first_better == np.mean(rmse < 0)
    assert there["psnr"].first_better == np.mean(
        scores.column("blue", "psnr") > scores.column("orange", "psnr")
    )
    assert there["chroma"].first_better is None


def test_infinite_scores_are_left_out_of_a_pair(scores: Scores) -> None:
    metrics = {part.metric for part in compare_pair(scores, "blue", "truth").differences}
    assert "psnr" not in metrics
    assert "ssim" in metrics


def test_one_photograph_is_no_comparison(scores: Scores) -> None:
    with pytest.raises(UsageError, match="at least 2"):
        compare_pair(replace(scores, rows=scores.rows[:4]), "blue", "orange")
