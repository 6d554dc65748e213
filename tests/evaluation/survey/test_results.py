from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evaluation.survey.test_bradley_terry import made_choices
from tests.evaluation.survey.test_comparisons import made
from tomau.evaluation.survey import (
    Survey,
    SurveyResults,
    read_survey,
    results_as_csv,
    results_as_json,
    results_as_lines,
    survey_results,
)
from tomau.evaluation.survey.figure import draw_results

STUDY = Path(__file__).parent / "data" / "study.csv"
MEANS = "3.65 2.53 3.87 2.88 4.01 2.97 3.96 3.86 3.94 3.19 3.89 3.56 3.40 3.52 2.75 2.91 2.88 3.15 3.89 2.76"  # fmt: skip # noqa: E501


@pytest.fixture(scope="module")
def study() -> SurveyResults:
    return survey_results(read_survey(STUDY))


def test_the_studys_table_gives_the_studys_numbers(study: SurveyResults) -> None:
    found = results_as_json(study)
    assert [f"{picture['mean']:.2f}" for picture in found["pictures"]] == MEANS.split()
    assert f"{found['overall']['mean']:.2f}" == "3.38"
    assert found["overall"]["votes"] == 2000
    assert found["best"] == ["05", "07", "09"]
    assert found["worst"] == ["02", "15", "20"]
    assert json.loads(json.dumps(found)) == found


def test_the_studys_table_as_text_and_csv(study: SurveyResults) -> None:
    text = "\n".join(results_as_lines(study))
    assert "05        4.01      3.81..4.21     2     7    18    34    39" in text
    assert "best  05 4.01, 07 3.96, 09 3.94" in text
    assert "Student's t" in text
    first = results_as_csv(study).splitlines()[1]
    assert first.startswith("01,,,,result,3.65,3.4")
    assert first.endswith(",100,2,11,29,36,22")


def test_models_are_listed_and_compared() -> None:
    results = survey_results(Survey(ratings=made(gap=0.8)))
    assert [model.model for model in results.models] == ["a", "b"]
    assert results.models[0].pictures == 12
    text = "\n".join(results_as_lines(results))
    assert "a - b: +0.7" in text
    assert "12 photographs" in text


def test_choices_give_scores() -> None:
    results = survey_results(Survey(choices=tuple(made_choices(5, 6, seed=3))))
    found = results_as_json(results)
    assert (found["mode"], found["overall"]["raters"], found["overall"]["votes"]) == (
        "pairwise", 6, 90,
    )  # fmt: skip
    assert found["pairwise"][0]["model"] == "a"
    assert "a: score +" in "\n".join(results_as_lines(results))
    assert results_as_csv(results).startswith("model,score,low,high,wins,shown\na,")


def test_the_figure_has_a_row_for_each_picture(study: SurveyResults) -> None:
    bars, means = draw_results(study).axes
    assert [label.get_text() for label in bars.get_yticklabels()][:2] == ["01", "02"]
    widths = [[patch.get_width() for patch in part] for part in bars.containers]
    assert [part[1] for part in widths] == [20, 35, 24, 14, 7]
    assert means.get_xlim() == (1, 5)


def test_the_figure_of_choices_has_a_row_for_each_model() -> None:
    results = survey_results(Survey(choices=tuple(made_choices(5, 6, seed=3))))
    (axes,) = draw_results(results).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]


def test_statistics_need_neither_torch_nor_plots() -> None:
    code = "import sys, tomau.evaluation.survey; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "matplotlib", "scipy", "django"} & set(run.stdout.split())
