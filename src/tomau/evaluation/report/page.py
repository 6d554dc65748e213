"""The page: a template filled with the table, the plots and the pictures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tomau.errors import UsageError
from tomau.evaluation.metric_facts import ALL_METRICS
from tomau.evaluation.report.pictures import data_uri, read_pictures
from tomau.evaluation.report.plots import as_png, as_svg, draw_distribution, plotted
from tomau.evaluation.report.selection import RANKS, select
from tomau.imaging.atomic import atomic_output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomau.evaluation.contestants import Contestant
    from tomau.evaluation.photos import TruthPhotos
    from tomau.evaluation.report.selection import Selection
    from tomau.evaluation.scoring import Progress, Protocol
    from tomau.evaluation.summary import Line, Summary

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def write_report(
    path: Path,
    summary: Summary,
    photos: TruthPhotos,
    contestants: Mapping[str, Contestant],
    protocol: Protocol,
    *,
    progress: Progress | None = None,
) -> Path:
    """Write the page of an evaluation, and its plots as PNG into ``<name>-plots`` beside it.

    The page holds all it shows and asks no network. Photographs and answers are read again for
    it. Answers the folder of the plots. ``progress`` is told the number of photographs done.

    Raises:
        UsageError: the page or a plot cannot be written.
    """
    selection = select(summary.scores)
    cards = []
    for done, pictures in enumerate(
        read_pictures(selection.keys, photos, contestants, protocol), start=1
    ):
        cards.append(pictures)
        if progress is not None:
            progress(done)
    folder = path.with_name(f"{path.stem}-plots")
    plots = []
    for line in plotted(summary):
        figure = draw_distribution(summary, line)
        _write(folder / f"{line.metric}.png", as_png(figure))
        plots.append((ALL_METRICS[line.metric], data_uri(as_svg(figure), "image/svg+xml")))
    numbers = {card.key: place for place, card in enumerate(cards)}
    page = (
        _environment()
        .get_template("page.html")
        .render(
            summary=summary,
            scores=summary.scores,
            facts=ALL_METRICS,
            best={line.metric: _best(summary, line) for line in summary.lines},
            plots=plots,
            cards=cards,
            ranks=RANKS,
            choices=_choices(selection, numbers),
            values=_values(summary, selection, tuple(numbers)),
        )
    )
    _write(path, page.encode())
    return folder


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    return environment


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "∞" if value > 0 else "-"


def _best(summary: Summary, line: Line) -> tuple[str, ...]:
    """The contestants with the best mean, where there are several and one end is the good one."""
    contestants, better = summary.scores.contestants, ALL_METRICS[line.metric].better
    if len(contestants) < 2 or better is None:
        return ()
    choose = min if better == "lower" else max
    best = choose(line.means[answer] for answer in contestants)
    return tuple(answer for answer in contestants if line.means[answer] == best)


def _choices(selection: Selection, numbers: Mapping[str, int]) -> dict[str, Any]:
    """Metric -> contestant -> rank -> numbers of cards, for the page's script."""
    return {
        metric: {
            label: {rank: [numbers[key] for key in keys] for rank, keys in ranks.items()}
            for label, ranks in contestants.items()
        }
        for metric, contestants in selection.ranked.items()
    }


def _values(summary: Summary, selection: Selection, keys: tuple[str, ...]) -> dict[str, Any]:
    """Metric -> contestant -> what to write under each card."""
    scores = summary.scores
    places = [scores.keys.index(key) for key in keys]
    return {
        metric: {
            label: [_number(scores.column(label, metric)[place]) for place in places]
            for label in contestants
        }
        for metric, contestants in selection.ranked.items()
    }


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_output(path, overwrite=True) as stream:
            stream.write(data)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}); choose another --report"
        ) from error
