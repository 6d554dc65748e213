from __future__ import annotations

import json

import pytest

from tests.evaluation.made import bluish, made_photo, orange
from tomau.evaluation import (
    MeanColor,
    Protocol,
    Summary,
    as_json,
    score_answers,
    score_model,
    summarize,
    text_pairs,
    text_table,
)
from tomau.evaluation.metric_facts import ALL_METRICS, PHOTO_METRICS
from tomau.evaluation.scores import METRICS


@pytest.fixture(scope="module")
def summary() -> Summary:
    photos = [(str(k), made_photo(k)) for k in range(6)]
    contestants = {"blue": lambda _, gray: bluish(gray), "orange": lambda _, gray: orange(gray)}
    return summarize(score_answers(contestants, photos, Protocol(None, MeanColor(5, 5, "six"))))


def test_every_metric_has_its_facts() -> None:
    assert tuple(PHOTO_METRICS) == METRICS


def test_a_line_for_each_metric_that_was_measured(summary: Summary) -> None:
    assert [line.metric for line in summary.lines] == [*METRICS[:-1], "colorfulness_delta"]
    for line in summary.lines:
        assert line.metric in ALL_METRICS
        assert tuple(line.means) == ("blue", "orange", "gray", "mean_color", "truth")


def test_the_protocol_line_says_how_it_was_done(summary: Summary) -> None:
    for part in ("6 photos at their own size", "names sha256", "a* 5.00", "1000 resamples"):
        assert part in summary.protocol


def test_the_text_holds_means_over_their_intervals(summary: Summary) -> None:
    lines = text_table(summary)
    assert lines[0].split() == ["blue", "orange", "gray", "mean_color", "truth"]
    place = next(k for k, line in enumerate(lines) if line.startswith("rmse"))
    low, high = (float(end) for end in lines[place + 1].split()[0].split(".."))
    assert low < float(lines[place].split()[1]) < high


def test_the_first_is_paired_with_the_other(summary: Summary) -> None:
    assert [(pair.first, pair.second) for pair in summary.pairs] == [("blue", "orange")]
    lines = text_pairs(summary)
    assert lines[1] == "blue - orange, photo by photo"
    assert any(line.startswith("rmse") and "%" in line for line in lines)


def test_json_has_the_old_keys_and_no_infinity(summary: Summary) -> None:
    photos = [(str(k), made_photo(k)) for k in range(3)]
    facts = as_json(summarize(score_model(bluish, photos, size=None)))
    json.dumps(facts, allow_nan=False)
    old = {"protocol", "count", "means", "chroma_share", "gain_over_gray", "problems"}
    assert old < set(facts)
    assert facts["means"]["truth"]["psnr"] is None
    assert set(facts["means"]) == {"result", "gray", "truth"}
    assert facts["intervals"]["result"]["rmse"][0] < facts["means"]["result"]["rmse"]
    several = as_json(summary)
    json.dumps(several, allow_nan=False)
    assert "chroma_share" not in several
    assert several["gains_over_gray"]["gray"] == 0
    assert several["sets"]["colorfulness_delta"]["truth"] == 0
    assert several["pairs"][0]["differences"][0]["metric"] == "mse"


def test_one_photograph_has_means_only() -> None:
    summary = summarize(score_model(bluish, [("a", made_photo(1))], size=None))
    assert all(not line.intervals for line in summary.lines)
    assert summary.pairs == ()
    assert len(text_table(summary)) == 1 + len(summary.lines)
