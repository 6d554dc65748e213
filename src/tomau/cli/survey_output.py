"""What the commands of ``tomau survey`` print, draw and write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomau.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tomau.cli.console import Console
    from tomau.evaluation.survey import Survey, SurveyResults
    from tomau.server.survey.studio import Studio


def open_studio() -> Studio:
    """The studio of this computer.

    Raises:
        MissingExtraError: its packages are not installed.
        UsageError: its data folder or database cannot be used.
    """
    try:
        from tomau.server.survey.studio import Studio
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("tomau"):
            raise
        raise MissingExtraError("the studio, where surveys are kept,", "web") from error
    return Studio()


def show(
    ballots: Survey, console: Console, *, as_json: bool, as_csv: bool, figure: Path | None
) -> None:
    """Print what a survey says in the form that was asked for, and draw it.

    Raises:
        UsageError: two forms were asked for, or the figure cannot be written.
    """
    from tomau.evaluation.survey import (
        results_as_csv,
        results_as_json,
        results_as_lines,
        survey_results,
    )

    if as_json and as_csv:
        raise UsageError("both --json and --csv came; expected one of them")
    found = survey_results(ballots)
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


def write_text(text: str, path: Path) -> None:
    """Write a text file; one of an earlier run is replaced.

    Raises:
        UsageError: it cannot be written there.
    """
    _write(path, text.encode("utf-8"))


def _draw(found: SurveyResults, path: Path) -> None:
    import io

    if path.suffix.lower() not in (".png", ".svg"):
        raise UsageError(f"{path} came for a figure; expected a name that ends in .png or .svg")
    try:
        from tomau.evaluation.survey.figure import draw_results
    except ImportError as error:
        raise MissingExtraError("--figure", "eval") from error
    stream = io.BytesIO()
    draw_results(found).savefig(stream, format=path.suffix[1:].lower(), dpi=150)
    _write(path, stream.getvalue())


def _write(path: Path, content: bytes) -> None:
    from tomau.imaging.atomic import atomic_output

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_output(path, overwrite=True) as stream:
            stream.write(content)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}); choose another file"
        ) from error
