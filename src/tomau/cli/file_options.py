"""Options of ``tomau colorize``: which photographs, and where their results go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Inputs: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="IN",
        help="Photographs, folders of them (with all below), patterns, or - for stdin.",
    ),
]
Output: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="File for one photograph, folder for more, or - for stdout. "
        "Default: <name>.color.<ext> beside the input.",
    ),
]
Format: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="Write jpg, png, webp, tif, avif or heic; by default the format of the input.",
    ),
]
Suffix: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--suffix",
        metavar="TEXT",
        help="Put before the extension of the result. Default: .color beside the input, "
        "nothing with --output.",
    ),
]
Overwrite: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--overwrite/--skip-existing",
        help="What to do with results that are there already. Default: skip them in a run over "
        "several photographs, refuse for a single one.",
        show_default=False,
    ),
]
Jobs: TypeAlias = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", metavar="N", min=1, max=64, help="Photographs in work at the same time."
    ),
]
ContactSheet: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--contact-sheet", metavar="FILE", help="Write one picture of all inputs and results."
    ),
]
MaxPixels: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--max-pixels",
        metavar="N",
        min=1,
        help="Refuse pictures with more pixels than this, as a guard against hostile files.",
    ),
]
