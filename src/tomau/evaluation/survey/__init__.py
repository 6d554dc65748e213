"""Asking people: votes from 1 to 5 and choices between two, and what they say together."""

from __future__ import annotations

from tomau.evaluation.survey.agreement import krippendorff_alpha
from tomau.evaluation.survey.ballots import (
    TRUTH_MODEL,
    Choice,
    Picture,
    Ratings,
    Survey,
    ratings_from_counts,
    ratings_from_votes,
)
from tomau.evaluation.survey.bradley_terry import bradley_terry, strengths
from tomau.evaluation.survey.comparisons import compare_models
from tomau.evaluation.survey.documents import (
    parse_survey,
    read_survey,
    survey_as_json,
    survey_as_text,
)
from tomau.evaluation.survey.opinion import Opinion, overall_opinion, picture_opinion
from tomau.evaluation.survey.results import SurveyResults, results_as_json, survey_results
from tomau.evaluation.survey.tables import iterate_votes, write_counts_csv, write_votes_csv
from tomau.evaluation.survey.text import results_as_csv, results_as_lines

__all__ = [
    "TRUTH_MODEL",
    "Choice",
    "Opinion",
    "Picture",
    "Ratings",
    "Survey",
    "SurveyResults",
    "bradley_terry",
    "compare_models",
    "iterate_votes",
    "krippendorff_alpha",
    "overall_opinion",
    "parse_survey",
    "picture_opinion",
    "ratings_from_counts",
    "ratings_from_votes",
    "read_survey",
    "results_as_csv",
    "results_as_json",
    "results_as_lines",
    "strengths",
    "survey_as_json",
    "survey_as_text",
    "survey_results",
    "write_counts_csv",
    "write_votes_csv",
]
