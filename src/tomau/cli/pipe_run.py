"""``tomau colorize -``: one photograph from stdin, to stdout, or both."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tomau.cli.console import printable
from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.cli.console import Console
    from tomau.runtime import Colorizer, Naming, RunOptions

STREAM = "-"
"""The name of stdin and stdout."""


def run_pipe(
    inputs: list[str], naming: Naming, chosen: RunOptions, colorizer: Colorizer, console: Console
) -> None:
    """Colourize one picture from stdin, to stdout, or both."""
    from tomau.imaging import losses, read_picture, write_picture
    from tomau.runtime import stream_format

    if len(inputs) > 1:
        raise UsageError(f"{len(inputs)} inputs came with - for a pipe; expected exactly one")
    target = sys.stdout.buffer if naming.output in (None, Path(STREAM)) else naming.output
    if target is sys.stdout.buffer and sys.stdout.isatty():
        raise UsageError("a picture would go to the terminal; give -o FILE, or > FILE")
    source = sys.stdin.buffer if inputs[0] == STREAM else inputs[0]
    picture = read_picture(source, max_pixels=chosen.max_pixels)
    format_name = stream_format(picture.format, naming)
    result = colorizer.colorize_picture(
        picture,
        size=chosen.size,
        strength=chosen.strength,
        finish=chosen.finish,
        edit=chosen.edit,
    )
    for note in (*result.notes, *losses(result, format_name)):
        console.note(note)
    overwrite = chosen.existing == "overwrite"
    write_picture(result, target, format=format_name, overwrite=overwrite)
    if isinstance(target, Path):
        console.result(printable(target))
