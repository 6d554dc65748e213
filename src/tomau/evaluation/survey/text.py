"""Results of a survey as lines for a terminal, and as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tomau.evaluation.survey.honesty import Honesty
    from tomau.evaluation.survey.opinion import Opinion
    from tomau.evaluation.survey.results import PictureResult, SurveyResults


def results_as_lines(results: SurveyResults) -> list[str]:
    """Lines of text: the table of pictures, then what is said of all of them."""
    lines = _picture_lines(results) if results.pictures else []
    if results.overall.mean is not None:
        people = "" if results.raters is None else f" by {results.raters} raters"
        lines += [f"overall {_opinion(results.overall)}, {results.overall.votes} votes{people}"]
        lines += [f"best  {_named(results, results.best)}"]
        lines += [f"worst {_named(results, results.worst)}"]
    lines += [*_agreement_lines(results), *_honesty_lines(results)]
    lines += [
        f"model {result.model}: {_opinion(result.opinion)}, {result.pictures} pictures"
        for result in results.models
    ]
    for one in results.comparisons:
        raters = "" if one.p_raters is None else f", over raters {one.p_raters:.2g}"
        lines.append(
            f"{one.a} - {one.b}: {one.difference:+.2f}{_span(one.low, one.high, '+')} on "
            f"{one.photos} photographs, p {one.p:.2g} (Holm {one.p_holm:.2g}){raters}"
        )
    lines += [
        f"{strength.model}: score {strength.score:+.2f}{_span(strength.low, strength.high, '+')}, "
        f"chosen {strength.wins} of {strength.shown} times"
        for strength in results.pairwise
    ]
    return [*lines, "; ".join(results.remarks)]


def results_as_csv(results: SurveyResults) -> str:
    """CSV with a line for each picture; for choices a line for each model."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    if results.survey.mode == "pairwise":
        writer.writerow(("model", "score", "low", "high", "wins", "shown"))
        for one in results.pairwise:
            numbers = _numbers((one.score, one.low, one.high))
            writer.writerow((one.model, *numbers, one.wins, one.shown))
        return stream.getvalue()
    columns = ("picture", "name", "photo", "model", "kind", "mean", "low", "high", "votes")
    writer.writerow((*columns, *(f"votes_{value}" for value in range(1, 6))))
    for result in results.pictures:
        picture, opinion = result.picture, result.opinion
        names = (picture.id, picture.name, picture.photo, picture.model, picture.kind)
        numbers = _numbers((opinion.mean, opinion.low, opinion.high))
        writer.writerow((*names, *numbers, opinion.votes, *result.counts))
    return stream.getvalue()


def label(result: PictureResult) -> str:
    """What a picture is called in tables and figures: its name, and its model if it has one."""
    picture = result.picture
    name = picture.name or picture.id
    said = picture.model if picture.kind == "result" else picture.kind
    return f"{name} ({said})" if said else name


def _picture_lines(results: SurveyResults) -> list[str]:
    width = max(len("picture"), *(len(label(result)) for result in results.pictures))
    head = "".join(f"{value:>6}" for value in range(1, 6))
    lines = [f"{'picture':<{width}}  {'mean':>5}  {'95 % interval':>14}{head}"]
    for result in results.pictures:
        opinion = result.opinion
        mean = "-" if opinion.mean is None else f"{opinion.mean:.2f}"
        span = "" if opinion.low is None else f"{opinion.low:.2f}..{opinion.high:.2f}"
        counts = "".join(f"{count:>6}" for count in result.counts)
        lines.append(f"{label(result):<{width}}  {mean:>5}  {span:>14}{counts}")
    return [*lines, ""]


def _agreement_lines(results: SurveyResults) -> list[str]:
    found = results.agreement
    if found.interval is None or found.ordinal is None:
        return []
    span = _span(found.interval_low, found.interval_high)
    alpha = f"{found.interval:.2f}{span} with votes as intervals, {found.ordinal:.2f} as an order"
    return [f"agreement: Krippendorff's alpha {alpha}"]


def _honesty_lines(results: SurveyResults) -> list[str]:
    honesty = results.honesty
    lines = [*_truth_lines(honesty), *_repeat_lines(honesty)]
    doubted = [record for record in honesty.raters if record.doubts]
    lines += [f"doubtful rater {record.rater}: {'; '.join(record.doubts)}" for record in doubted]
    if results.overall_without_doubtful is not None:
        lines.append(f"overall without them {_opinion(results.overall_without_doubtful)}")
    return lines


def _truth_lines(honesty: Honesty) -> list[str]:
    if honesty.truth_gap is None:
        return []
    if honesty.truths is None:
        return [f"the true photograph was chosen in {honesty.truth_gap:.0%} of its pairs"]
    p = "" if honesty.truth_gap_p is None else f", p {honesty.truth_gap_p:.2g}"
    gap = f"{honesty.truth_gap:+.2f} to the results{p}"
    return [f"true photographs {_opinion(honesty.truths)}: {gap}"]


def _repeat_lines(honesty: Honesty) -> list[str]:
    if honesty.repeats_alike is None:
        return []
    alike = f"{honesty.repeats_alike:.0%} of {honesty.repeats} alike"
    apart = f"{honesty.repeat_difference:.2f} apart on average"
    chance = f"{honesty.chance_difference:.2f} would be chance"
    return [f"answers to the same thing twice: {alike}, {apart} ({chance})"]


def _named(results: SurveyResults, ids: Sequence[str]) -> str:
    by_id = {result.picture.id: result for result in results.pictures}
    return ", ".join(f"{label(by_id[name])} {by_id[name].opinion.mean:.2f}" for name in ids)


def _opinion(opinion: Opinion) -> str:
    if opinion.mean is None:
        return "-"
    return f"{opinion.mean:.2f}{_span(opinion.low, opinion.high)}"


def _span(low: float | None, high: float | None, sign: str = "") -> str:
    return "" if low is None or high is None else f" ({low:{sign}.2f}..{high:{sign}.2f})"


def _numbers(values: Iterable[float | None]) -> list[str]:
    return ["" if value is None else f"{value:.6g}" for value in values]
