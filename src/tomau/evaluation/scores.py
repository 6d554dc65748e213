"""Scores of answers against the truth, as a table."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import asdict, astuple, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tomau.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TextIO

    from numpy.typing import NDArray

RESULT = "result"
"""Name of the answer under test where there is only one."""

GRAY, MEAN_COLOR, TRUTH = "gray", "mean_color", "truth"
ANCHORS = (GRAY, MEAN_COLOR, TRUTH)
"""Answers to hold the others against.

``gray`` is the truth's own L* without chroma: what costs no work. ``mean_color`` is that L* with
one colour for all pixels of all photographs. ``truth`` is the photograph itself, for the
colourfulness and chroma that real colours have.
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
        colorfulness_error: |colourfulness - that of the truth|.
        luminance_error: mean |difference| of L*.
        blobs: share of pixels with far more chroma than the truth has anywhere.
        lpips: learned perceptual distance; None where it was not asked for.
    """

    mse: float
    rmse: float
    psnr: float
    ssim: float
    colorfulness: float
    ciede2000: float
    chroma: float
    colorfulness_error: float
    luminance_error: float
    blobs: float
    lpips: float | None = None

    @classmethod
    def mean(cls, scores: Iterable[Score]) -> Score:
        """The mean of each number; of rmse too, so that every picture weighs the same."""
        columns = zip(*(astuple(score) for score in scores), strict=True)
        means: list[Any] = [
            None if None in column else float(np.mean(column)) for column in columns
        ]
        return cls(*means)


METRICS = tuple(field.name for field in fields(Score))


@dataclass(frozen=True)
class Row:
    """The score of one answer to one photograph."""

    key: str
    answer: str
    score: Score


@dataclass(frozen=True)
class Scores:
    """All rows of an evaluation, the protocol that made them, and what was left out and why.

    Every photograph has one row for each answer. ``distances`` holds what only a set of pictures
    has: metric -> answer -> Frechet distance from the truth.
    """

    protocol: str
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()
    distances: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """Names of the answers, anchors last."""
        return tuple(dict.fromkeys(row.answer for row in self.rows))

    @property
    def contestants(self) -> tuple[str, ...]:
        """Names of the answers that are no anchors."""
        return tuple(answer for answer in self.answers if answer not in ANCHORS)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Names of the photographs."""
        return tuple(dict.fromkeys(row.key for row in self.rows))

    @property
    def count(self) -> int:
        """Number of photographs scored."""
        return len(self.keys)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the numbers that every photograph has here."""
        measured = asdict(self.rows[0].score)
        return tuple(name for name in METRICS if measured[name] is not None)

    @cached_property
    def _tables(self) -> Mapping[str, NDArray[np.float64]]:
        names = self.metrics
        tables: dict[str, list[list[float]]] = {answer: [] for answer in self.answers}
        for row in self.rows:
            tables[row.answer].append([getattr(row.score, name) for name in names])
        return {answer: np.array(table, np.float64) for answer, table in tables.items()}

    def table(self, answer: str) -> NDArray[np.float64]:
        """Scores of one answer (photographs, metrics), in the order of `keys` and `metrics`."""
        return self._tables[answer]

    def column(self, answer: str, metric: str) -> NDArray[np.float64]:
        """One number of one answer for each photograph, in the order of `keys`."""
        return self._tables[answer][:, self.metrics.index(metric)]

    def mean(self, answer: str = RESULT) -> Score:
        """Mean over the photographs of one answer."""
        return Score.mean(row.score for row in self.rows if row.answer == answer)

    def chroma_share(self, answer: str = RESULT) -> float:
        """Mean chroma of the answers over that of the truth; well under 1 is brown-gray."""
        truth = self.mean(TRUTH).chroma
        return self.mean(answer).chroma / truth if truth > 0 else float("nan")

    def gain_over_gray(self, answer: str = RESULT) -> float:
        """By what share the answers' rmse is under that of the gray answer; under 0 is worse."""
        gray = self.mean(GRAY).rmse
        return 1 - self.mean(answer).rmse / gray if gray > 0 else float("nan")

    def colorfulness_delta(self, answer: str = RESULT) -> float:
        """|Mean colourfulness of the answers - that of the truth|: the sets as a whole.

        The mean of ``colorfulness_error`` is the other delta in circulation; it also counts what
        too dull and too gaudy pictures make up for here.
        """
        return abs(self.mean(answer).colorfulness - self.mean(TRUTH).colorfulness)


def describe_protocol(keys: Iterable[str], size: int | None, *remarks: str) -> str:
    """One line that says how scores were made, with a fingerprint of the photographs' names."""
    ordered = sorted(keys)
    digest = hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:12]
    resized = "at their own size" if size is None else f"resized to {size}x{size} (bicubic)"
    what = (
        f"{len(ordered)} photos {resized}, names sha256 {digest}; means over photos; "
        "mse and rmse over a* and b*, psnr and ssim over sRGB"
    )
    return "; ".join((what, *remarks))


def collect(
    rows: Iterable[Row],
    problems: Iterable[str],
    size: int | None,
    *,
    remarks: Iterable[str] = (),
    distances: Mapping[str, Mapping[str, float]] | None = None,
) -> Scores:
    """Join rows to Scores.

    Raises:
        DataError: no photograph was scored.
    """
    rows, problems = tuple(rows), tuple(problems)
    if not rows:
        reason = f" (the first problem: {problems[0]})" if problems else ""
        raise DataError(f"0 photographs could be scored{reason}; expected at least one")
    protocol = describe_protocol({row.key for row in rows}, size, *remarks)
    return Scores(protocol, rows, problems, distances or {})


def write_csv(scores: Scores, stream: TextIO) -> None:
    """Write a line per photograph and answer under a comment line with the protocol."""
    stream.write(f"# {scores.protocol}\n")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("key", "answer", *scores.metrics))
    for row in scores.rows:
        numbers = (f"{getattr(row.score, name):.6g}" for name in scores.metrics)
        writer.writerow((row.key, row.answer, *numbers))
