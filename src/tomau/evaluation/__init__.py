"""Scoring: folders of pictures, and models, against photographs in their true colours."""

from __future__ import annotations

from tomau.evaluation.anchors import MeanColor, gray_answer, mean_color
from tomau.evaluation.contestants import (
    Contestant,
    ModelAnswers,
    ResultFolder,
    name_contestants,
    open_contestant,
)
from tomau.evaluation.intervals import PairedComparison, compare_pair, mean_intervals
from tomau.evaluation.judges import PairJudge, SetJudge
from tomau.evaluation.photos import TruthPhotos
from tomau.evaluation.scores import Row, Score, Scores, write_csv
from tomau.evaluation.scoring import (
    Protocol,
    score_answers,
    score_folder,
    score_model,
    score_on_photos,
    score_pair,
)
from tomau.evaluation.summary import Summary, as_json, summarize, text_pairs, text_table

__all__ = [
    "Contestant",
    "MeanColor",
    "ModelAnswers",
    "PairJudge",
    "PairedComparison",
    "Protocol",
    "ResultFolder",
    "Row",
    "Score",
    "Scores",
    "SetJudge",
    "Summary",
    "TruthPhotos",
    "as_json",
    "compare_pair",
    "gray_answer",
    "mean_color",
    "mean_intervals",
    "name_contestants",
    "open_contestant",
    "score_answers",
    "score_folder",
    "score_model",
    "score_on_photos",
    "score_pair",
    "summarize",
    "text_pairs",
    "text_table",
    "write_csv",
]
