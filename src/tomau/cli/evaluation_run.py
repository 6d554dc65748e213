"""What ``tomau evaluate`` and ``tomau compare`` do alike, once they know who is scored."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from tomau.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tomau.cli.console import Console
    from tomau.cli.options import DeviceName
    from tomau.evaluation import (
        Contestant,
        MeanColor,
        PairJudge,
        Protocol,
        Scores,
        SetJudge,
        Summary,
        TruthPhotos,
    )


@dataclass(frozen=True)
class Wishes:
    """The options of a call, as `evaluation_options` describes them."""

    size: int | None
    limit: int | None
    device: DeviceName
    mean_color: str | None
    fd_efflite2: Path | None
    fid: Path | None
    lpips: Path | None
    csv: Path | None
    report: Path | None
    as_json: bool


def carry_out(
    wishes: Wishes,
    photos: TruthPhotos,
    contestants: Mapping[str, Contestant],
    console: Console,
) -> None:
    """Score, write what was asked for, show the table, and leave with the exit code."""
    from tomau.evaluation import Protocol, score_on_photos, summarize
    from tomau.runtime.allocator import keep_freed_memory

    keep_freed_memory()
    for path in (wishes.csv, wishes.report):
        _check_target(path)
    if wishes.report is not None:
        _require_report()
    lpips, sets = _judges(wishes)
    color = _mean_color(wishes, photos, console)
    protocol = Protocol(wishes.size, color, lpips, sets)
    with _progress(console, "scoring", photos.count) as progress:
        scores = score_on_photos(contestants, photos, protocol, progress=progress)
    summary = summarize(scores)
    if wishes.csv is not None:
        _write_csv(scores, wishes.csv)
    if wishes.report is not None:
        _write_report(wishes.report, summary, photos, contestants, protocol, console)
    _show(summary, console, as_json=wishes.as_json)
    for problem in scores.problems:
        console.error(problem)
    if scores.problems:
        raise typer.Exit(1)


def _judges(wishes: Wishes) -> tuple[PairJudge | None, tuple[SetJudge, ...]]:
    """The perceptual measures that were asked for; torch is loaded only if there are any."""
    if wishes.lpips is wishes.fid is wishes.fd_efflite2 is None:
        return None, ()
    try:
        from tomau.evaluation import perceptual
    except ImportError as error:
        raise MissingExtraError("--fd-efflite2, --fid and --lpips", "eval") from error
    device = perceptual.torch_device(wishes.device)
    sets = []
    if wishes.fd_efflite2 is not None:
        sets.append(perceptual.efflite2_judge(wishes.fd_efflite2, device=device))
    if wishes.fid is not None:
        sets.append(perceptual.fid_judge(wishes.fid, device=device))
    if wishes.lpips is None:
        return None, tuple(sets)
    return perceptual.lpips_judge(wishes.lpips, device=device), tuple(sets)


def _mean_color(wishes: Wishes, photos: TruthPhotos, console: Console) -> MeanColor:
    from tomau.evaluation import TruthPhotos, mean_color

    source, name = photos, "these photos"
    if wishes.mean_color is not None:
        source, name = TruthPhotos(wishes.mean_color), f"the photos of {wishes.mean_color}"
    with _progress(console, "mean colour", source.count) as progress:
        color = mean_color(source, size=wishes.size, source=name, progress=progress)
    if source is not photos:
        for problem in source.problems:
            console.note(f"not in the mean colour: {problem}")
    return color


@contextmanager
def _progress(console: Console, what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    with console.progress(what, total) as advance:
        yield lambda _: advance()


def _check_target(path: Path | None) -> None:
    """Refuse a file that cannot be written before hours of work, not after."""
    if path is None:
        return
    if path.is_dir():
        raise UsageError(f"{path} is a folder; expected the name of a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"folder {path.parent} cannot be made ({error.strerror}); choose another place"
        ) from error


def _write_csv(scores: Scores, path: Path) -> None:
    from tomau.evaluation import write_csv

    try:
        with path.open("w", newline="", encoding="utf-8") as stream:
            write_csv(scores, stream)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}); choose another file"
        ) from error


def _require_report() -> None:
    try:
        import tomau.evaluation.report  # noqa: F401 - is everything installed that it needs?
    except ImportError as error:
        raise MissingExtraError("--report", "eval") from error


def _write_report(
    path: Path,
    summary: Summary,
    photos: TruthPhotos,
    contestants: Mapping[str, Contestant],
    protocol: Protocol,
    console: Console,
) -> None:
    from tomau.evaluation.report import write_report

    with _progress(console, "pictures of the report", None) as progress:
        write_report(path, summary, photos, contestants, protocol, progress=progress)
    console.note(f"report: {path}")


def _show(summary: Summary, console: Console, *, as_json: bool) -> None:
    from tomau.evaluation import as_json as to_json
    from tomau.evaluation import text_pairs, text_table

    if as_json:
        console.json(to_json(summary), indent=2)
        return
    scores = summary.scores
    for line in (*text_table(summary), *text_pairs(summary), ""):
        console.result(line)
    for answer in scores.contestants:
        console.result(
            f"{answer}: rmse {scores.gain_over_gray(answer):.1%} under the gray answer's; "
            f"chroma {scores.chroma_share(answer):.1%} of the truth's"
        )
    console.result(summary.protocol)
