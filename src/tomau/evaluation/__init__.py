"""Scoring: folders of pictures, and models, against photographs in their true colours."""

from __future__ import annotations

from tomau.evaluation.scores import Row, Score, Scores, write_csv
from tomau.evaluation.scoring import score_folder, score_model, score_pair

__all__ = [
    "Row",
    "Score",
    "Scores",
    "score_folder",
    "score_model",
    "score_pair",
    "write_csv",
]
