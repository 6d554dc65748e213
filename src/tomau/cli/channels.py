"""``tomau channels``: what a digital picture is made of, as one figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tomau.cli import options
from tomau.cli.console import Console
from tomau.cli.figures import write_figure
from tomau.errors import UsageError

Input = Annotated[Path, typer.Argument(metavar="IN", help="A picture, in colour or gray.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="Picture to write. Default: <name>.channels.png beside the input.",
    ),
]
Tile = Annotated[
    int, typer.Option("--tile", metavar="N", min=32, max=4096, help="Long side of each channel.")
]


def channels(
    picture: Input,
    output: Output = None,
    tile: Tile = 320,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
) -> None:
    """Show the channels of a picture: binary, gray, R, G, B, L*, a* and b*, in one figure.

    R, G and B are shown in their own colour; a* (green to red) and b* (blue to yellow) at one
    lightness. L* is what tomau keeps of a photograph; a* and b* are what it adds.
    """
    from tomau.evaluation.channels import channels_figure
    from tomau.imaging import read_picture

    console = Console(quiet=quiet)
    target = output or picture.with_name(f"{picture.stem}.channels.png")
    if target.resolve() == picture.resolve():
        raise UsageError(f"{target} is the input itself; give another --output")
    if target.exists() and not overwrite:
        raise UsageError(f"{target} is there already; give --overwrite or another --output")
    source = read_picture(picture)
    for note in source.notes:
        console.note(f"{picture}: {note}")
    write_figure(channels_figure(source, tile=tile), target)
    console.result(str(target))
