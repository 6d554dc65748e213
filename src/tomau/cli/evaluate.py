"""``tomau evaluate``: how near results, or a model's answers, come to the true colours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tomau.cli import evaluation_options, options
from tomau.cli.console import Console
from tomau.cli.evaluation_run import Wishes, carry_out
from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.evaluation import Contestant

Results = Annotated[
    Path | None, typer.Argument(metavar="[RESULT]", help="Folder of colourized pictures.")
]
Truth = Annotated[
    str | None,
    typer.Argument(
        metavar="[TRUTH]",
        help="The same pictures in their true colours: a folder, .tar shards, or a glob of them.",
    ),
]
ModelName = Annotated[
    str | None,
    typer.Option("--model", "-m", metavar="NAME|PATH", help="Score this model, with --data."),
]
Data = Annotated[
    str | None,
    typer.Option(
        "--data", metavar="PATH", help="Colour photos: a folder, .tar shards, or a glob of them."
    ),
]
Rivals = Annotated[
    list[str] | None,
    typer.Option(
        "--rival",
        metavar="[LABEL=]FOLDER",
        help="Somebody else's results on the same photos, as one more anchor; may be repeated.",
    ),
]


def evaluate(
    results: Results = None,
    truth: Truth = None,
    model: ModelName = None,
    data: Data = None,
    rivals: Rivals = None,
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
    """Score pictures against the truth: a folder against a folder, or a model on photos.

    \b
    tomau evaluate coloured/ originals/         pictures of the same names
    tomau evaluate --model default --data photos/

    Beside every result stand the gray answer (what leaving the picture gray would score), the
    mean colour of the photos, and the truth. Intervals are 95 % bootstrap intervals.
    Exit code 1 if some pictures could not be scored; each is named on stderr.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
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
    given = (results is not None, truth is not None, model is not None, data is not None)
    if given not in ((True, True, False, False), (False, False, True, True)):
        raise UsageError(
            "expected two folders (tomau evaluate RESULT TRUTH), or a model and photos "
            "(tomau evaluate --model NAME --data PATH)"
        )
    from tomau.evaluation import ModelAnswers, ResultFolder, TruthPhotos, name_contestants
    from tomau.evaluation.scores import RESULT

    photos = TruthPhotos(str(truth or data), limit=limit)
    folders = {RESULT: results} if results else {}
    for label, place in name_contestants(rivals or [], taken=(RESULT,)).items():
        folders[label] = Path(place)
    contestants: dict[str, Contestant] = {}
    if model is not None:
        contestants[RESULT] = ModelAnswers(model, strength=strength, device=device)
    for label, folder in folders.items():
        contestants[label] = ResultFolder(folder, size=wishes.size, shard=photos.shard)
    carry_out(wishes, photos, contestants, Console(quiet=quiet))
