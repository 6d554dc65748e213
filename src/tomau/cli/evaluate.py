"""``tomau evaluate``: how near results, or a model's answers, come to the true colours."""

from __future__ import annotations

import math
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tomau.cli import options
from tomau.cli.console import Console
from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.evaluation import Scores
    from tomau.evaluation.scores import Answer

ANSWERS: tuple[Answer, ...] = ("result", "gray", "truth")

Results = Annotated[
    Path | None, typer.Argument(metavar="[RESULT]", help="Folder of colourized pictures.")
]
Truth = Annotated[
    Path | None,
    typer.Argument(metavar="[TRUTH]", help="Folder of the same pictures in their true colours."),
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
Size = Annotated[
    int,
    typer.Option(
        "--size",
        metavar="N",
        min=0,
        help="Compare at N x N pixels, as the study does with 256; 0: at the pictures' own size.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="With --data: only the first N photos."),
]
Csv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write the scores of every single picture."),
]


def evaluate(
    results: Results = None,
    truth: Truth = None,
    model: ModelName = None,
    data: Data = None,
    size: Size = 256,
    limit: Limit = None,
    strength: options.Strength = 1.0,
    device: options.Device = "auto",
    csv: Csv = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Score pictures against the truth: a folder against a folder, or a model on photos.

    \b
    tomau evaluate coloured/ originals/         pictures of the same names
    tomau evaluate --model default --data photos/

    The gray answer stands beside every result: what leaving the picture gray would score.
    Exit code 1 if some pictures could not be scored; each is named on stderr.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    console = Console(quiet=quiet)
    side = size or None
    problems: list[str] = []
    if results is not None and truth is not None and model is None and data is None:
        scores = _score_folders(results, truth, side, console)
    elif model is not None and data is not None and results is None:
        scores, problems = _score_model(model, data, side, limit, strength, device, console)
    else:
        raise UsageError(
            "expected two folders (tomau evaluate RESULT TRUTH), or a model and photos "
            "(tomau evaluate --model NAME --data PATH)"
        )
    if csv is not None:
        _write_csv(scores, csv)
    if as_json:
        console.json(_as_json(scores), indent=2)
    else:
        _show_table(scores, console)
    for problem in (*problems, *scores.problems):
        console.error(problem)
    if problems or scores.problems:
        raise typer.Exit(1)


def _score_folders(results: Path, truth: Path, size: int | None, console: Console) -> Scores:
    from tomau.evaluation import score_folder

    with console.progress("scoring", None) as advance:
        return score_folder(results, truth, size=size, progress=lambda *_: advance())


def _score_model(
    model: str,
    data: str,
    size: int | None,
    limit: int | None,
    strength: float,
    device: options.DeviceName,
    console: Console,
) -> tuple[Scores, list[str]]:
    """Scores, and what could not be read."""
    from tomau.data import iter_photos
    from tomau.evaluation import score_model
    from tomau.runtime import Colorizer

    colorizer = Colorizer.load(model, device=device)
    problems: list[str] = []
    photos = iter_photos(data, on_problem=lambda key, why: problems.append(f"{key}: {why}"))
    with console.progress("scoring", limit) as advance:
        scores = score_model(
            lambda gray_u8: colorizer.colorize(gray_u8, strength=strength),
            islice(photos, limit),
            size=size,
            progress=lambda _: advance(),
        )
    return scores, problems


def _write_csv(scores: Scores, path: Path) -> None:
    from tomau.evaluation import write_csv

    try:
        with path.open("w", newline="", encoding="utf-8") as stream:
            write_csv(scores, stream)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}); choose another file"
        ) from error


def _as_json(scores: Scores) -> dict[str, Any]:
    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None  # JSON knows no infinity

    means = {answer: asdict(scores.mean(answer)) for answer in ANSWERS}
    return {
        "protocol": scores.protocol,
        "count": scores.count,
        "means": {
            answer: {name: finite(value) for name, value in mean.items()}
            for answer, mean in means.items()
        },
        "chroma_share": finite(scores.chroma_share),
        "gain_over_gray": finite(scores.gain_over_gray),
        "problems": list(scores.problems),
    }


def _show_table(scores: Scores, console: Console) -> None:
    columns = [asdict(scores.mean(answer)) for answer in ANSWERS]
    console.result(f"{'':14}" + "".join(f"{answer:>10}" for answer in ANSWERS))
    for name in columns[0]:
        console.result(f"{name:14}" + "".join(f"{column[name]:10.4g}" for column in columns))
    console.result(
        f"rmse {scores.gain_over_gray:.1%} under the gray answer's; "
        f"chroma {scores.chroma_share:.1%} of the truth's"
    )
    console.result(scores.protocol)
