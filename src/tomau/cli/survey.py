"""``tomau survey``: what people say of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tomau.cli import options
from tomau.cli.console import Console
from tomau.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from tomau.evaluation.survey import Survey, SurveyResults

survey = typer.Typer(
    help="Ask people how real pictures look, and work out what they say.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)

Source = Annotated[
    str,
    typer.Argument(
        metavar="FILE|SURVEY", help="A CSV or JSON file of votes, or the name of a survey's link."
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="The table of pictures as CSV.")]
FigureFile = Annotated[
    Path | None,
    typer.Option("--figure", metavar="FILE.png", help="Draw the votes and means as PNG or SVG."),
]


@survey.command("results")
def results(
    source: Source,
    as_json: options.AsJson = False,
    as_csv: AsCsv = False,
    figure: FigureFile = None,
    quiet: options.Quiet = False,
) -> None:
    """Show mean opinions with 95 % intervals, the best and worst, agreement, and comparisons.

    \b
    tomau survey results votes.csv --figure votes.png
    tomau survey results 7QmPz3kd2v --json

    A file is a table picture,votes_1..votes_5, a table of single votes or choices, or a document
    that an export wrote; anything else is the name of a survey of this computer's studio.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    from tomau.evaluation.survey import survey_results

    if as_json and as_csv:
        raise UsageError("both --json and --csv came; expected one of them")
    console = Console(quiet=quiet)
    show(survey_results(_open(source)), console, as_json=as_json, as_csv=as_csv, figure=figure)


def show(
    found: SurveyResults,
    console: Console,
    *,
    as_json: bool,
    as_csv: bool = False,
    figure: Path | None = None,
) -> None:
    """Print results in the form that was asked for, and draw them."""
    from tomau.evaluation.survey import results_as_csv, results_as_json, results_as_lines

    if figure is not None:
        _draw(found, figure)
        console.note(f"figure: {figure}")
    if as_json:
        console.json(results_as_json(found), indent=2)
    elif as_csv:
        console.result(results_as_csv(found).rstrip("\n"))
    else:
        for line in results_as_lines(found):
            console.result(line)


def _open(source: str) -> Survey:
    """The survey of a file, or else of the studio."""
    from tomau.evaluation.survey import read_survey

    path = Path(source)
    return read_survey(path)


def _draw(found: SurveyResults, path: Path) -> None:
    try:
        from tomau.evaluation.survey.figure import draw_results
    except ImportError as error:
        raise MissingExtraError("--figure", "eval") from error
    from tomau.imaging.atomic import atomic_output

    if path.suffix.lower() not in (".png", ".svg"):
        raise UsageError(f"{path} came for a figure; expected a name that ends in .png or .svg")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_output(path, overwrite=True) as stream:
            draw_results(found).savefig(stream, format=path.suffix[1:].lower(), dpi=150)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}); choose another file"
        ) from error
