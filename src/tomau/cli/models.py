"""``tomau models``: which models there are, what their cards say, whether their files are sound."""

from __future__ import annotations

from typing import Annotated

import typer

from tomau.cli import options
from tomau.cli.console import Console
from tomau.errors import TomauError

models = typer.Typer(
    help="List, describe, verify and fetch models.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[
    str, typer.Argument(metavar="[NAME|PATH]", help="A model's name, or the path of its folder.")
]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME|PATH]...", help="Models to verify; all of them by default."),
]


@models.command("list")
def list_models(as_json: options.AsJson = False) -> None:
    """List the models that can be used by name.

    Besides the embedded one these are the folders (model.onnx and card.json) in the user's data
    folder and in the folders that the environment variable TOMAU_MODELS names.
    """
    from tomau.runtime import list_model_folders, read_model

    console = Console()
    rows = []
    for name, folder in list_model_folders().items():
        try:
            rows.append((name, read_model(folder)))
        except TomauError as error:
            console.error(str(error))
    if as_json:
        facts = [
            {"name": name, "folder": str(model.folder), "version": model.card.version}
            | {"architecture": model.card.architecture, "bytes": model.card.bytes}
            for name, model in rows
        ]
        console.json(facts, indent=2)
        return
    for name, model in rows:
        card = model.card
        size = f"{card.bytes / 1e6:.1f} MB"
        console.result(f"{name}  {card.version}  {card.architecture}  {size}  {model.folder}")


@models.command("info")
def info(name: Name = "default", as_json: options.AsJson = False) -> None:
    """Show the card of a model: what it is, what it was trained on, how good it is."""
    from tomau.runtime import find_model_folder, read_model

    console = Console()
    model = read_model(find_model_folder(name))
    facts = {"folder": str(model.folder), **model.card.model_dump(mode="json")}
    if as_json:
        console.json(facts, indent=2)
        return
    lines = _flat(facts)
    width = max(len(key) for key, _ in lines)
    for key, value in lines:
        console.result(f"{key:<{width}}  {value}")


@models.command("verify")
def verify(names: Names = None) -> None:
    """Check model files against the SHA-256 on their cards; exit code 1 if one is damaged."""
    from tomau.runtime import list_model_folders, load_model

    console = Console()
    failed = False
    for name in names or list_model_folders() or ["default"]:
        try:
            card = load_model(name).card
        except TomauError as error:
            failed = True
            console.error(f"{name}: {error}")
        else:
            console.result(f"{name}: sound, SHA-256 {card.sha256}")
    if failed:
        raise typer.Exit(1)


@models.command("fetch")
def fetch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="ADDRESS",
            help="https:// or doi: address of a folder that holds card.json and the model.",
        ),
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="What to call it; by default as its card does.")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option("--sha256", help="What the model file has to be.")
    ] = None,
    quiet: options.Quiet = False,
) -> None:
    """Download a model into the user's data folder, checked against its card."""
    import sys

    from tomau.runtime.fetching import fetch_model

    console = Console(quiet)
    shown = not quiet and sys.stderr.isatty()
    model = fetch_model(source, name, sha256=sha256, progress=shown)
    console.note(f"{model.card.bytes / 1e6:.1f} MB, SHA-256 {model.card.sha256}")
    console.result(str(model.folder))


def _flat(facts: dict[str, object]) -> list[tuple[str, object]]:
    """Facts one per line: those that hold facts themselves are spread out under their names."""
    lines: list[tuple[str, object]] = []
    for key, value in facts.items():
        if isinstance(value, dict):
            inner = [(f"{key}.{name}", part) for name, part in value.items()]
            lines += _flat(dict(inner))
        elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
            lines += _flat({f"{key}.{place}": part for place, part in enumerate(value, start=1)})
        elif value != "":
            lines.append((key, value))
    return lines
