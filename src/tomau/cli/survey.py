"""``tomau survey``: what people say of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tomau.cli import options
from tomau.cli.console import Console, printable
from tomau.cli.survey_output import open_studio, show, write_text
from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.evaluation.survey import Survey

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
Votes = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or JSON file of votes.")]
Name = Annotated[str, typer.Argument(metavar="SURVEY", help="The name of a survey's link.")]
Results = Annotated[
    list[str],
    typer.Argument(
        metavar="[LABEL=]RESULT...",
        help="Folders of colourized pictures of equal names, and models by name or path, which "
        "colourize --photos.",
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="The table of pictures as CSV.")]
FigureFile = Annotated[
    Path | None,
    typer.Option("--figure", metavar="FILE.png", help="Draw the votes and means as PNG or SVG."),
]
Photos = Annotated[
    Path | None,
    typer.Option("--photos", metavar="FOLDER", help="The photographs that models colourize."),
]
Truths = Annotated[
    Path | None,
    typer.Option("--truths", metavar="FOLDER", help="Photographs in their true colours, mixed in."),
]
Repeats = Annotated[
    int,
    typer.Option("--repeats", metavar="N", min=0, help="Results, or pairs, that are shown twice."),
]
Mode = Annotated[
    Literal["rating", "pairwise"],
    typer.Option("--mode", help="Votes from 1 to 5, or which of two looks more real."),
]
Title = Annotated[str, typer.Option("--title", metavar="TEXT", help="What the survey is called.")]
AskedQuestion = Annotated[
    str, typer.Option("--question", metavar="TEXT", help="What is asked; a default by the mode.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help=".csv or .json; without it CSV on stdout."),
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
    tomau survey results 7QmPz3kd2vXr0aBc --json

    A file is a table picture,votes_1..votes_5, a table of single votes or choices, or a document
    that an export wrote; anything else is the name of a survey of this computer's studio.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    console = Console(quiet=quiet)
    show(_ballots(source), console, as_json=as_json, as_csv=as_csv, figure=figure)


@survey.command("import")
def import_votes(
    votes: Votes,
    title: Title = "",
    as_json: options.AsJson = False,
    as_csv: AsCsv = False,
    figure: FigureFile = None,
    quiet: options.Quiet = False,
) -> None:
    """Keep the votes of a file in the studio as a closed survey, and show what they say.

    The file is what tomau survey results reads; that command keeps nothing.
    """
    from tomau.evaluation.survey import read_survey

    console = Console(quiet=quiet)
    ballots = read_survey(votes)
    slug = open_studio().keep(ballots, title=title)
    console.note(f"kept as survey {slug}")
    show(ballots, console, as_json=as_json, as_csv=as_csv, figure=figure)


@survey.command("create")
def create(
    sources: Results,
    photos: Photos = None,
    truths: Truths = None,
    repeats: Repeats = 0,
    mode: Mode = "rating",
    title: Title = "",
    question: AskedQuestion = "",
    strength: options.Strength = 1.0,
    device: options.Device = "auto",
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Make a survey and print the link at which people answer, while tomau serve runs.

    \b
    tomau survey create coloured/ --title "Grandmother's album"
    tomau survey create ours/ theirs/ --mode pairwise
    tomau survey create default new=models/mine --photos scans/ --truths originals/ --repeats 3
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    from tomau.evaluation import name_contestants

    console = Console(quiet=quiet)
    places = name_contestants(sources)
    studio = open_studio()
    from tomau.evaluation.survey.folders import gather_entries

    problems: list[str] = []
    entries = gather_entries(places, photos, truths, problems, strength=strength, device=device)
    for problem in problems:
        console.note(problem)
    with console.progress("pictures", len(entries)) as advance:
        slug = studio.create(
            [entry.told(advance) for entry in entries],
            title=title or ", ".join(places),
            question=question,
            mode=mode,
            repeats=repeats,
        )
    if as_json:
        console.json({"slug": slug, "link": studio.link(slug), "pictures": len(entries)})
    else:
        console.result(studio.link(slug))


@survey.command("list")
def list_surveys(as_json: options.AsJson = False) -> None:
    """List the surveys of the studio, the newest first."""
    console = Console()
    surveys = open_studio().surveys()
    if as_json:
        console.json(surveys, indent=2)
        return
    for one in surveys:
        console.result(_line(one))


@survey.command("export")
def export(name: Name, output: Output = None, quiet: options.Quiet = False) -> None:
    """Write all votes of a survey: CSV with a line for each vote, or one JSON document."""
    from tomau.evaluation.survey import survey_as_text, write_counts_csv, write_votes_csv

    console = Console(quiet=quiet)
    if output is not None and output.suffix.lower() not in (".csv", ".json"):
        raise UsageError(f"{output} came; expected a name that ends in .csv or .json")
    ballots = open_studio().ballots(name)
    if output is not None and output.suffix.lower() == ".json":
        text = survey_as_text(ballots)
    elif ballots.ratings is not None and ballots.ratings.votes is None:
        text = write_counts_csv(ballots.ratings)
    else:
        text = write_votes_csv(ballots)
    if output is None:
        console.result(text.rstrip("\n"))
    else:
        write_text(text, output)
        console.note(f"votes: {output}")


def _ballots(source: str) -> Survey:
    """The votes of a file, or else of a survey of the studio."""
    from tomau.evaluation.survey import read_survey

    path = Path(source)
    looks_like_file = path.suffix.lower() in (".csv", ".json", ".txt") or len(path.parts) > 1
    if looks_like_file or path.exists():
        return read_survey(path)
    return open_studio().ballots(source)


def _line(one: dict[str, Any]) -> str:
    where = one["link"] or f"{one['slug']} (closed)"
    numbers = f"{one['votes']} votes by {one['raters']} raters"
    return f"{where}  {one['mode']}  {numbers}  {printable(one['title'])}"
