"""The ``tomau`` command: finds the sub-command, and turns errors into one line and an exit code.

A sub-command's module is imported when the command is called, not before, so that
``tomau --help`` stays quick whatever the commands need.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from tomau import __version__
from tomau.errors import TomauError


@dataclass(frozen=True)
class Entry:
    """Where a sub-command lives (``module:attribute``) and what ``tomau --help`` says of it."""

    place: str
    summary: str
    hidden: bool = False


COMMANDS = {
    "colorize": Entry(
        "tomau.cli.colorize:colorize", "Colourize photographs: files, folders, pipes."
    ),
    "i": Entry("tomau.cli.colorize:colorize", "Short for colorize.", hidden=True),
    "video": Entry("tomau.cli.video:video", "Colourize a film, its sound and its clock kept."),
    "verify": Entry("tomau.cli.verify:verify", "Check results against the manifest of their run."),
    "channels": Entry("tomau.cli.channels:channels", "Show the channels a picture is made of."),
    "suggest": Entry(
        "tomau.cli.suggest:suggest", "Name colours that a place in a photograph might have."
    ),
    "gallery": Entry(
        "tomau.cli.gallery:gallery", "Gather pictures in colour to be proposed as references."
    ),
    "evaluate": Entry(
        "tomau.cli.evaluate:evaluate", "Score results, or a model, against the truth."
    ),
    "compare": Entry(
        "tomau.cli.compare:compare", "Score several results, or models, side by side."
    ),
    "survey": Entry("tomau.cli.survey:survey", "Ask people how real pictures look."),
    "models": Entry("tomau.cli.models:models", "List, describe and verify models."),
    "serve": Entry("tomau.cli.serve:serve", "Serve the web application and the REST API."),
    "s": Entry("tomau.cli.serve:serve", "Short for serve.", hidden=True),
    "worker": Entry("tomau.cli.worker:worker", "Work on the batches of tomau serve."),
    "user": Entry("tomau.cli.user:user", "Accounts of tomau serve --multi-user."),
    "train": Entry("tomau.cli.train:train", "Train a model from photographs."),
    "export": Entry("tomau.cli.export:export", "Turn a training run into a model for colorize."),
    "doctor": Entry("tomau.cli.doctor:doctor", "Check the installation and say what is missing."),
}


def load_command(name: str) -> Any:
    """Import a sub-command's module and build the command."""
    module, attribute = COMMANDS[name].place.split(":")
    target = getattr(import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        function, target = target, typer.Typer(add_completion=False, rich_markup_mode=None)
        target.command(name, context_settings=CONTEXT_SETTINGS)(function)
    return get_command(target)


class LazyGroup(TyperGroup):
    """A group that lists its commands from COMMANDS and imports only the one that is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, entry in COMMANDS.items():
            self.add_command(TyperCommand(name, help=entry.summary, hidden=entry.hidden))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that ``args`` begins with, and import it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if name is None else load_command(name), rest

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run; an error of tomau's own becomes one line on stderr and its exit code."""
        try:
            return super().main(*args, **settings)
        except TomauError as error:
            message = " ".join(str(error).split())
            typer.echo(f"error: {message}", err=True)
            sys.exit(error.exit_code)


CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

app = typer.Typer(
    cls=LazyGroup,
    context_settings=CONTEXT_SETTINGS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tomau {__version__}")
        raise typer.Exit


@app.callback()
def _tomau(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Colourize black-and-white photographs and keep their own luminance exactly.

    Start with: tomau colorize old-photo.jpg
    """


def main() -> None:
    """Entry point of the ``tomau`` command."""
    app()
