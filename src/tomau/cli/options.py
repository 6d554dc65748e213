"""Options that several commands share, so that they read and mean the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

if TYPE_CHECKING:
    from tomau.runtime.working_size import AskedSize

DeviceName: TypeAlias = Literal["auto", "cpu", "cuda", "openvino", "openvino-bf16"]

Model: TypeAlias = Annotated[
    str,
    typer.Option(
        "--model",
        "-m",
        metavar="NAME|PATH",
        help="Model by its name (see: tomau models list), or the path of a model folder; auto "
        "chooses for each picture among the specialists that are installed.",
    ),
]
LEAST_SIZE, LARGEST_SIZE = 32, 1024


def _checked_size(text: str | None) -> str | None:
    if text in (None, "auto"):
        return text
    if not (text.isdecimal() and LEAST_SIZE <= int(text) <= LARGEST_SIZE):
        raise typer.BadParameter(
            f"{text!r} came; expected {LEAST_SIZE} to {LARGEST_SIZE} pixels, or auto"
        )
    return text


Size: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--size",
        metavar="N|auto",
        callback=_checked_size,
        help="Short side in pixels of what the network sees, 32 to 1024; the model's own by "
        "default, auto chooses by the picture. The result always has the size of the input.",
    ),
]


def asked_size(text: str | None) -> AskedSize:
    """Return the value of ``--size`` as the runtime takes it."""
    if text is None or text == "auto":
        return "auto" if text else None
    return int(text)


Strength: TypeAlias = Annotated[
    float,
    typer.Option(
        "--strength",
        metavar="S",
        min=0.0,
        max=10.0,
        help="How colourful: 0 gray, 1 as the model says, 1.5 half as much again.",
    ),
]
Device: TypeAlias = Annotated[
    DeviceName,
    typer.Option(
        "--device",
        help="What runs the network; auto takes a GPU if there is one, openvino needs that extra "
        "and is faster, a little less exact, in bf16.",
    ),
]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Only results and errors.")]
Verbose: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Tell more while working.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Results as JSON.")]
Overwrite: TypeAlias = Annotated[
    bool, typer.Option("--overwrite", help="Replace a file that is there already.")
]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be written and stop.")
]
Home: TypeAlias = Annotated[
    Path | None,
    typer.Option("--home", metavar="FOLDER", help="Where all data lie. Default: $TOMAU_HOME."),
]
