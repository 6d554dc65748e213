"""Scores of answers against the truth, as a table."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

import numpy as np

from tomau.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

Answer = Literal["result", "gray", "truth"]
"""Whose picture a row scores: the one under test, or one of two anchors to hold it against.

``gray`` is the truth's own L* without chroma: what costs no work. ``truth`` is the photograph
itself, for the colourfulness and chroma that real colours have.
"""


@dataclass(frozen=True)
class Score:
    """How one picture compares with the truth; ``metrics/`` defines each number.

    Attributes:
        mse: the study's error (15) over a* and b*.
        rmse: its root (16).
        psnr: dB over R, G, B; infinite for equal pictures.
        ssim: over R, G, B; 1 for equal pictures.
        colorfulness: of the picture itself, Hasler and Suesstrunk.
        ciede2000: mean colour difference.
        chroma: mean chroma of the picture itself.
    """

    mse: float
    rmse: float
    psnr: float
    ssim: float
    colorfulness: float
    ciede2000: float
    chroma: float

    @classmethod
    def mean(cls, scores: Iterable[Score]) -> Score:
        """The mean of each number; of rmse too, so that every picture weighs the same."""
        return cls(*np.mean([list(asdict(score).values()) for score in scores], axis=0).tolist())


METRICS = tuple(field.name for field in fields(Score))


@dataclass(frozen=True)
class Row:
    """The score of one answer to one photograph."""

    key: str
    answer: Answer
    score: Score


@dataclass(frozen=True)
class Scores:
    """All rows of an evaluation, the protocol that made them, and what was left out and why."""

    protocol: str
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of photographs scored."""
        return sum(row.answer == "result" for row in self.rows)

    def mean(self, answer: Answer = "result") -> Score:
        """Mean over the photographs of one kind of answer."""
        return Score.mean(row.score for row in self.rows if row.answer == answer)

    @property
    def chroma_share(self) -> float:
        """Mean chroma of the results over that of the truth; well under 1 is brown-gray."""
        truth = self.mean("truth").chroma
        return self.mean("result").chroma / truth if truth > 0 else float("nan")

    @property
    def gain_over_gray(self) -> float:
        """By what share the results' rmse is under that of the gray answer; under 0 is worse."""
        gray = self.mean("gray").rmse
        return 1 - self.mean("result").rmse / gray if gray > 0 else float("nan")


def describe_protocol(keys: Iterable[str], size: int | None) -> str:
    """One line that says how scores were made, with a fingerprint of the photographs' names."""
    ordered = sorted(keys)
    digest = hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:12]
    resized = "at their own size" if size is None else f"resized to {size}x{size} (bicubic)"
    return (
        f"{len(ordered)} photos {resized}, names sha256 {digest}; means over photos; "
        "mse and rmse over a* and b*, psnr and ssim over sRGB"
    )


def collect(rows: Iterable[Row], problems: Iterable[str], size: int | None) -> Scores:
    """Join rows to Scores.

    Raises:
        DataError: no photograph was scored.
    """
    rows, problems = tuple(rows), tuple(problems)
    if not rows:
        reason = f" (the first problem: {problems[0]})" if problems else ""
        raise DataError(f"0 photographs could be scored{reason}; expected at least one")
    keys = (row.key for row in rows if row.answer == "result")
    return Scores(describe_protocol(keys, size), rows, problems)


def write_csv(scores: Scores, stream: TextIO) -> None:
    """Write a line per photograph and answer under a comment line with the protocol."""
    stream.write(f"# {scores.protocol}\n")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("key", "answer", *METRICS))
    for row in scores.rows:
        numbers = (f"{value:.6g}" for value in asdict(row.score).values())
        writer.writerow((row.key, row.answer, *numbers))
