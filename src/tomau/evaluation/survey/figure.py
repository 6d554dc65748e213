"""Results of a survey as a figure: what each picture was given, and its mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from tomau.evaluation.survey.ballots import VALUES
from tomau.evaluation.survey.text import label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tomau.evaluation.survey.results import SurveyResults

# From red over gray to blue: an order that colour-blind readers see too.
_COLORS = ("#b2182b", "#ef8a62", "#d5d5d5", "#67a9cf", "#2166ac")
_MEANINGS = ("1 very fake", "2", "3", "4", "5 very real")
_ROW, _FRAME = 0.27, 1.5
_MOST_ROWS = 200
_LONGEST_LABEL = 40


def draw_results(results: SurveyResults) -> Figure:
    """Draw a bar of votes and the mean with its interval for each picture, or scores of models.

    At most 200 pictures are drawn, the first ones.
    """
    if results.survey.mode == "pairwise":
        return _draw_strengths(results)
    shown = results.pictures[:_MOST_ROWS]
    names = [_short(label(result)) for result in shown]
    figure = Figure(figsize=(9, _FRAME + _ROW * len(shown)), layout="constrained")
    bars, means = figure.subplots(1, 2, width_ratios=(3, 2), sharey=True)
    counts = np.array([result.counts for result in shown], np.float64).reshape(len(shown), -1)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    left = np.zeros(len(shown))
    for place, (color, meaning) in enumerate(zip(_COLORS, _MEANINGS, strict=True)):
        bars.barh(names, shares[:, place], left=left, color=color, label=meaning, height=0.8)
        left += shares[:, place]
    bars.set(xlim=(0, 100), xlabel="votes, %", ylim=(len(shown) - 0.5, -0.5))
    for place, result in enumerate(shown):
        opinion = result.opinion
        if opinion.mean is not None:
            color = "#222222" if result.picture.kind == "result" else "#009e73"
            _draw_mean(means, place, opinion.mean, (opinion.low, opinion.high), color)
    if results.overall.mean is not None:
        means.axvline(results.overall.mean, color="#888888", linestyle=":", linewidth=1)
    means.set(xlim=(VALUES[0], VALUES[-1]), xlabel="mean opinion, 95 % interval; dotted: overall")
    means.grid(axis="x", alpha=0.3)
    _tidy(bars, means)
    figure.legend(*bars.get_legend_handles_labels(), loc="outside upper center", ncols=len(VALUES))
    return figure


def _draw_strengths(results: SurveyResults) -> Figure:
    found = results.pairwise
    figure = Figure(figsize=(7, _FRAME + _ROW * len(found)), layout="constrained")
    axes = figure.subplots()
    for place, one in enumerate(found):
        _draw_mean(axes, place, one.score, (one.low, one.high), "#222222")
    axes.set_yticks(range(len(found)), [_short(one.model) for one in found])
    axes.set(ylim=(len(found) - 0.5, -0.5), xlabel="score (log-odds), 95 % interval")
    axes.axvline(0, color="#888888", linestyle=":", linewidth=1)
    axes.grid(axis="x", alpha=0.3)
    _tidy(axes)
    return figure


def _draw_mean(
    axes: Axes, place: int, mean: float, ends: tuple[float | None, float | None], color: str
) -> None:
    low, high = ends
    if low is not None and high is not None:
        axes.plot((low, high), (place, place), color=color, linewidth=2, solid_capstyle="butt")
    axes.plot([mean], [place], "o", color=color, markersize=5)


def _tidy(*many: Axes) -> None:
    for axes in many:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(axis="y", length=0)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"
