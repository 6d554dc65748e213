"""Learning curves of the study's runs, as pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Row = dict[str, str]
_PANELS = {
    "d": "loss of D, equation (1)",
    "g_gan": "adversarial loss of G, equation (3)",
    "l1": "L1, equation (9)",
}
_ANCHOR_STYLES = {"gray": (":", "gray"), "truth": ("--", "green")}


def plot_curves(rows: Sequence[Row], path: Path) -> None:
    """Draw each loss per epoch, a line for each run; phases follow one another."""
    figure = Figure(figsize=(12, 4), dpi=110, layout="constrained")
    colors = colormaps["tab20"]
    names = list(dict.fromkeys(row["experiment"] for row in rows))
    for axes, (loss, title) in zip(figure.subplots(1, 3), _PANELS.items(), strict=True):
        for number, name in enumerate(names):
            places = [(epoch, float(row[loss])) for epoch, row in _placed(rows, name) if row[loss]]
            if places:
                axes.plot(*zip(*places, strict=True), ".-", color=colors(number), label=name)
        axes.set(title=title, xlabel="epoch")
        _tidy(axes)
    figure.legend(*_legend(figure), loc="outside right upper", frameon=False)
    _save(figure, path)


def _placed(rows: Sequence[Row], name: str) -> list[tuple[int, Row]]:
    """A run's rows by epoch, counted over its phases."""
    own = [row for row in rows if row["experiment"] == name]
    lengths: dict[int, int] = defaultdict(int)
    for row in own:
        lengths[int(row["phase"])] = max(lengths[int(row["phase"])], int(row["epoch"]))
    before = {phase: sum(lengths[p] for p in lengths if p < phase) for phase in lengths}
    return [(before[int(row["phase"])] + int(row["epoch"]), row) for row in own]


def _legend(figure: Figure) -> tuple[list[object], list[str]]:
    """Each run once, whichever panels it is in."""
    found = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    names = sorted(found)
    return [found[name] for name in names], names


def plot_epochs(rows: Sequence[Row], path: Path) -> None:
    """Draw error and colourfulness of each epoch's network, with intervals, between anchors."""
    figure = Figure(figsize=(9, 3.6), dpi=110, layout="constrained")
    panels = {"rmse": "ab-RMSE", "colorfulness": "colourfulness"}
    for axes, (metric, title) in zip(figure.subplots(1, 2), panels.items(), strict=True):
        own = [row for row in rows if row["metric"] == metric]
        epochs = [row for row in own if row["epoch"].isdigit()]
        x = [int(row["epoch"]) for row in epochs]
        axes.plot(x, [float(row["mean"]) for row in epochs], ".-", label="S3")
        if all(row["low"] for row in epochs):
            low, high = ([float(row[end]) for row in epochs] for end in ("low", "high"))
            axes.fill_between(x, low, high, alpha=0.2, linewidth=0)
        for row in own:
            if row["epoch"] in _ANCHOR_STYLES and float(row["mean"]) > 0:
                style, color = _ANCHOR_STYLES[row["epoch"]]
                axes.axhline(float(row["mean"]), ls=style, color=color, label=row["epoch"])
        axes.set(title=title, xlabel="epoch of adversarial training")
        axes.legend(frameon=False)
        _tidy(axes)
    _save(figure, path)


def _tidy(axes: Axes) -> None:
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Software": None})
