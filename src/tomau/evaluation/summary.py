"""The table of an evaluation: what the command prints, the report shows, and JSON holds."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tomau.evaluation.intervals import INTERVALS_REMARK, compare_first, mean_intervals
from tomau.evaluation.metric_facts import SET_METRICS
from tomau.evaluation.scores import RESULT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomau.evaluation.intervals import Interval, PairedComparison
    from tomau.evaluation.scores import Scores

_NAME_WIDTH = 20


@dataclass(frozen=True)
class Line:
    """One metric of all answers; an interval only where there is one."""

    metric: str
    means: Mapping[str, float]
    intervals: Mapping[str, Interval]


@dataclass(frozen=True)
class Summary:
    """The table of an evaluation, metric by metric, and its protocol line."""

    scores: Scores
    lines: tuple[Line, ...]
    pairs: tuple[PairedComparison, ...]

    @property
    def protocol(self) -> str:
        """How the scores and the intervals were made, in one line."""
        return f"{self.scores.protocol}; {INTERVALS_REMARK}"


def summarize(scores: Scores) -> Summary:
    """Means and intervals of all answers, and the first one paired with each of the others."""
    means = {answer: _numbers(scores, answer) for answer in scores.answers}
    intervals = {answer: mean_intervals(scores, answer) for answer in scores.answers}
    lines = [
        Line(
            metric,
            {answer: means[answer][metric] for answer in scores.answers},
            {
                answer: intervals[answer][metric]
                for answer in scores.answers
                if metric in intervals[answer]
            },
        )
        for metric in means[scores.answers[0]]
    ]
    return Summary(scores, tuple(lines), compare_first(scores) if scores.count > 1 else ())


def text_table(summary: Summary) -> list[str]:
    """Lines of text: a metric's means, and under them their intervals."""
    answers = summary.scores.answers
    table = [["", *answers]]
    for line in summary.lines:
        table.append([line.metric, *(f"{line.means[answer]:.4g}" for answer in answers)])
        spans = ["", *(_span(line.intervals.get(answer)) for answer in answers)]
        table += [spans] if any(spans) else []
    widths = [max(len(cell) for cell in column) + 2 for column in zip(*table, strict=True)]
    return [
        f"{name:{widths[0]}}"
        + "".join(
            f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True)
        ).rstrip()
        for name, *cells in table
    ]


def text_pairs(summary: Summary) -> list[str]:
    """Lines of text: each paired comparison under a heading of its own."""
    lines = []
    for pair in summary.pairs:
        lines += [
            "",
            f"{pair.first} - {pair.second}, photo by photo",
            f"{'':{_NAME_WIDTH}}{'mean':>12}{'95 % interval':>24}{'better on':>12}{'p':>10}",
        ]
        for part in pair.differences:
            share = "" if part.first_better is None else f"{part.first_better:.1%}"
            lines.append(
                f"{part.metric:{_NAME_WIDTH}}{part.mean:>12.4g}"
                f"{_span(part.interval, sign='+'):>24}{share:>12}{part.p_value:>10.2g}"
            )
    return lines


def as_json(summary: Summary) -> dict[str, Any]:
    """The whole summary as JSON knows it: numbers that are not finite become null."""
    scores = summary.scores
    answers = scores.answers
    set_lines = [line for line in summary.lines if line.metric in SET_METRICS]
    result: dict[str, Any] = {
        "protocol": summary.protocol,
        "count": scores.count,
        "means": {answer: _finite(asdict(scores.mean(answer))) for answer in answers},
        "sets": {line.metric: _finite(line.means) for line in set_lines},
        "intervals": {
            answer: {
                line.metric: list(line.intervals[answer])
                for line in summary.lines
                if answer in line.intervals
            }
            for answer in answers
        },
        "chroma_shares": _finite({answer: scores.chroma_share(answer) for answer in answers}),
        "gains_over_gray": _finite({answer: scores.gain_over_gray(answer) for answer in answers}),
        "pairs": [asdict(pair) for pair in summary.pairs],
        "problems": list(scores.problems),
    }
    if RESULT in answers:
        result["chroma_share"] = result["chroma_shares"][RESULT]
        result["gain_over_gray"] = result["gains_over_gray"][RESULT]
    return result


def _numbers(scores: Scores, answer: str) -> dict[str, float]:
    """All numbers of one answer by metric, those of the set last."""
    mean = asdict(scores.mean(answer))
    return (
        {metric: mean[metric] for metric in scores.metrics}
        | {"colorfulness_delta": scores.colorfulness_delta(answer)}
        | {metric: distances[answer] for metric, distances in scores.distances.items()}
    )


def _span(interval: Interval | None, *, sign: str = "") -> str:
    """An interval as text; nothing if there is none, or it is a point."""
    if interval is None or interval[0] == interval[1]:
        return ""
    return "..".join(f"{end:{sign}.3g}" for end in interval)


def _finite(numbers: Mapping[str, float | None]) -> dict[str, float | None]:
    return {
        name: number if number is not None and math.isfinite(number) else None
        for name, number in numbers.items()
    }
