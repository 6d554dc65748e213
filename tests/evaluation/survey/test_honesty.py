from __future__ import annotations

import numpy as np
import pytest

from tomau.evaluation.survey import Survey, survey_results
from tomau.evaluation.survey.ballots import Choice, Picture, ratings_from_votes
from tomau.evaluation.survey.honesty import choice_honesty, rating_honesty

RESULTS = [Picture(f"r{k}") for k in range(8)]
TRUTHS = [Picture(f"t{k}", kind="truth") for k in range(3)]
AGAIN = [Picture(f"again{k}", repeats=f"r{k}") for k in range(3)]
PICTURES = [*RESULTS, *TRUTHS, *AGAIN]


def honest(rater: str, seed: int) -> list[tuple[str, str, int]]:
    random = np.random.default_rng(seed)
    own = {f"r{k}": int(2 + k % 3) for k in range(8)}
    votes = [(rater, name, vote) for name, vote in own.items()]
    votes += [(rater, f"t{k}", 5 - int(random.random() < 0.3)) for k in range(3)]
    return votes + [(rater, f"again{k}", own[f"r{k}"]) for k in range(3)]


def test_those_who_did_not_look_are_named_and_the_others_are_not() -> None:
    votes = [vote for k in range(6) for vote in honest(f"honest {k}", k)]
    votes += [("same", picture.id, 4) for picture in PICTURES]
    votes += [("upside down", name, 6 - vote) for _, name, vote in honest("", 9)]
    forgetful = {"again0": 5, "again1": 1, "again2": 1}
    votes += [("forgetful", n, forgetful.get(n, v)) for _, n, v in honest("", 3)]
    honesty = rating_honesty(ratings_from_votes(PICTURES, votes))
    doubts = {record.rater: record.doubts for record in honesty.raters if record.doubts}
    assert doubts == {
        "same": ("gives everything the same vote",),
        "upside down": ("rates true photographs lower than results",),
        "forgetful": ("votes differently on the same picture",),
    }


def test_truths_and_repeats_of_all_raters() -> None:
    votes = [vote for k in range(8) for vote in honest(str(k), k)]
    votes[-1] = ("7", "again2", 5)  # one of 24 repeats is off by one
    honesty = rating_honesty(ratings_from_votes(PICTURES, votes))
    assert honesty.repeats == 24
    assert honesty.repeats_alike == pytest.approx(23 / 24)
    assert honesty.repeat_difference == pytest.approx(1 / 24)
    assert honesty.chance_difference is not None
    assert 0.8 < honesty.chance_difference < 1.6
    assert honesty.truths is not None
    assert honesty.truths.mean is not None
    assert honesty.truth_gap == pytest.approx(honesty.truths.mean - 23 / 8)
    assert honesty.truth_gap_p is not None
    assert honesty.truth_gap_p < 0.02


def test_truths_and_repeats_stay_out_of_the_results() -> None:
    votes = [vote for k in range(4) for vote in honest(str(k), k)]
    votes += [("same", picture.id, 5) for picture in PICTURES]
    results = survey_results(Survey(ratings=ratings_from_votes(PICTURES, votes)))
    assert results.overall.votes == 8 * 5
    assert {result.picture.id for result in results.pictures} == {p.id for p in RESULTS + TRUTHS}
    assert not {name for name in results.best if name.startswith("t")}
    assert results.overall_without_doubtful is not None
    assert results.overall_without_doubtful.mean == pytest.approx(23 / 8)


def test_without_truths_and_repeats_there_is_nothing_to_tell() -> None:
    honesty = rating_honesty(ratings_from_votes(RESULTS, [("one", "r0", 3)]))
    assert (honesty.truths, honesty.truth_gap, honesty.repeats_alike) == (None, None, None)
    assert honesty.doubtful == ()


def choices(rater: str, *, sees: bool, keeps: bool) -> list[Choice]:
    found = []
    for k in range(4):
        chosen = "second" if sees else "first"
        found.append(Choice(rater, f"t{k}", str(k), "m", "truth", chosen, "left"))
        found.append(Choice(rater, f"p{k}", str(k), "m", "n", "first", "right"))
        again = "first" if keeps else "second"
        found.append(Choice(rater, f"q{k}", str(k), "m", "n", again, "left", f"p{k}"))
    return found


def test_choices_have_truths_and_repeats_too() -> None:
    one_side = [Choice("side", f"p{k}", str(k), "m", "n", "first", "left") for k in range(8)]
    honesty = choice_honesty(
        [
            *choices("good", sees=True, keeps=True),
            *choices("bad", sees=False, keeps=False),
            *one_side,
        ]
    )
    assert honesty.truth_gap == 0.5
    assert (honesty.repeats, honesty.repeats_alike) == (8, 0.5)
    doubts = {record.rater: record.doubts for record in honesty.raters}
    assert doubts == {
        "good": (),
        "bad": (
            "never chooses the true photograph",
            "chooses differently between the same pictures",
        ),
        "side": ("always chooses the same side",),
    }
