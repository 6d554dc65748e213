"""Options that several commands share, so that they read and mean the same everywhere."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import typer

DeviceName: TypeAlias = Literal["auto", "cpu", "cuda", "openvino"]

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
Size: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--size",
        metavar="N",
        min=32,
        max=4096,
        help="Short side in pixels of what the network sees; the model's own by default. "
        "The result always has the size of the input.",
    ),
]
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
        help="What runs the network; auto takes a GPU if there is one, openvino needs that extra.",
    ),
]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Only results and errors.")]
Verbose: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Tell more while working.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Results as JSON.")]
