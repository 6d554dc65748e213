"""Distributions of the scores as figures: all photographs at once, and the means."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from tomau.evaluation.metric_facts import PHOTO_METRICS
from tomau.evaluation.scores import ANCHORS, GRAY, MEAN_COLOR, TRUTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tomau.evaluation.summary import Line, Summary

# Okabe and Ito's colours, told apart by colour-blind readers too.
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_ANCHOR_STYLES = {GRAY: (":", "#8a8a8a"), MEAN_COLOR: ("-.", "#a08050"), TRUTH: ("--", "#6a9a6a")}
_INK = "#7a7a7a"  # readable on white and on black
_MOST_POINTS = 250
_SETTINGS: dict[Any, Any] = {
    "font.size": 9,
    "svg.fonttype": "path",
    "svg.hashsalt": "tomau",
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.titlecolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "text.color": _INK,
}


def plotted(summary: Summary) -> tuple[Line, ...]:
    """The lines of a summary that have a distribution: those that each photograph has."""
    return tuple(line for line in summary.lines if line.metric in PHOTO_METRICS)


def draw_distribution(summary: Summary, line: Line) -> Figure:
    """Draw one metric: share of photographs up to each value, and means with intervals."""
    shown = [answer for answer in summary.scores.answers if _is_telling(line.metric, answer)]
    with rc_context(_SETTINGS):
        figure = Figure(figsize=(7.6, 2.9), layout="constrained")
        curves, means = figure.subplots(1, 2, width_ratios=(3, 2))
        for answer in shown:
            _draw_curve(curves, summary, line.metric, answer)
        curves.set(
            xlabel=PHOTO_METRICS[line.metric].title, ylabel="share of photos", ylim=(-0.02, 1.02)
        )
        for place, answer in enumerate(shown):
            _draw_mean(means, summary, line, answer, place)
        means.set_yticks(range(len(shown)), [f"{answer} " for answer in shown])
        means.set(ylim=(len(shown) - 0.5, -0.5), xlabel="mean, 95 % interval")
        for axes in (curves, means):
            axes.grid(alpha=0.25)
            axes.spines[["top", "right"]].set_visible(False)
        return figure


def as_svg(figure: Figure) -> bytes:
    """A figure as SVG on no background, for light pages and dark ones."""
    stream = io.BytesIO()
    with rc_context(_SETTINGS):
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    return stream.getvalue()


def as_png(figure: Figure) -> bytes:
    """A figure as PNG on white."""
    stream = io.BytesIO()
    with rc_context(_SETTINGS):
        figure.savefig(stream, format="png", dpi=150, facecolor="white")
    return stream.getvalue()


def _is_telling(metric: str, answer: str) -> bool:
    """The truth has nothing to tell where it is what one measures against."""
    return answer != TRUTH or PHOTO_METRICS[metric].better is None


def _style(summary: Summary, answer: str) -> tuple[str, str]:
    """Line style and colour of an answer."""
    if answer in ANCHORS:
        return _ANCHOR_STYLES[answer]
    return "-", _COLORS[summary.scores.contestants.index(answer) % len(_COLORS)]


def _draw_curve(axes: Axes, summary: Summary, metric: str, answer: str) -> None:
    values = np.sort(summary.scores.column(answer, metric))
    values = values[np.isfinite(values)]
    if not len(values):
        return
    shares = np.linspace(0, 1, min(len(values) + 1, _MOST_POINTS))
    points = np.quantile(values, shares, method="inverted_cdf")
    dash, color = _style(summary, answer)
    axes.step(points, shares, dash, color=color, where="post", linewidth=1.4)


def _draw_mean(axes: Axes, summary: Summary, line: Line, answer: str, place: int) -> None:
    mean, interval = line.means[answer], line.intervals.get(answer)
    if not np.isfinite(mean):
        return
    _, color = _style(summary, answer)
    if interval is not None:
        axes.plot(interval, (place, place), color=color, linewidth=2, solid_capstyle="butt")
    axes.plot([mean], [place], "o", color=color, markersize=5)
