"""``tomau compare``: several results, or models, side by side on the same photographs."""

from __future__ import annotations

from typing import Annotated

import typer

from tomau.cli import evaluation_options, options
from tomau.cli.console import Console
from tomau.cli.evaluation_run import Wishes, carry_out
from tomau.errors import UsageError

Answers = Annotated[
    list[str],
    typer.Argument(
        metavar="[LABEL=]RESULT...",
        help="Folders of colourized pictures, and models by name or path.",
    ),
]
Truth = Annotated[
    str | None,
    typer.Option(
        "--truth",
        "--data",
        "-t",
        metavar="PATH",
        help="The photos in their true colours: a folder, .tar shards, or a glob of them. "
        "Both names mean the same.",
    ),
]


def compare(
    answers: Answers,
    truth: Truth = None,
    size: evaluation_options.Size = 256,
    limit: evaluation_options.Limit = None,
    mean_color: evaluation_options.MeanColorSource = None,
    fd_efflite2: evaluation_options.FdEfflite2 = None,
    fid: evaluation_options.Fid = None,
    lpips: evaluation_options.Lpips = None,
    strength: options.Strength = 1.0,
    device: options.Device = "auto",
    csv: evaluation_options.Csv = None,
    report: evaluation_options.Report = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Score several results on the same photos, the first against each of the others.

    \b
    tomau compare ours/ theirs/ --truth originals/ --report report.html
    tomau compare default new=models/mine rival=theirs/ --data photos/

    A name that tomau models list shows, or a folder with a model card, is a model; any other
    folder holds pictures of the photos' names. Only photos that all of them answer are scored.
    Exit code 1 if some could not be scored; each is named on stderr.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    if truth is None:
        raise UsageError("no photos to compare with came; expected --truth PATH (or --data PATH)")
    wishes = Wishes(
        size=size or None,
        limit=limit,
        device=device,
        mean_color=mean_color,
        fd_efflite2=fd_efflite2,
        fid=fid,
        lpips=lpips,
        csv=csv,
        report=report,
        as_json=as_json,
    )
    from tomau.evaluation import TruthPhotos, name_contestants, open_contestant

    places = name_contestants(answers)
    photos = TruthPhotos(truth, limit=limit)
    contestants = {
        label: open_contestant(
            place, size=wishes.size, shard=photos.shard, strength=strength, device=device
        )
        for label, place in places.items()
    }
    carry_out(wishes, photos, contestants, Console(quiet=quiet))
