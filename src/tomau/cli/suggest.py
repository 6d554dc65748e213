"""``tomau suggest``: which colours a place in a photograph might have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tomau.cli import options
from tomau.cli.console import Console, printable
from tomau.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomau.edits.gallery import Gallery
    from tomau.edits.suggestions import Suggestion

OWN = "own"
_PLACE = re.compile(r"\s*(\d+)\s*,\s*(\d+)\s*")

Input = Annotated[Path, typer.Argument(metavar="IN", help="A photograph.")]
At = Annotated[
    str,
    typer.Option(
        "--at", metavar="X,Y", help="The place in pixels, from the upper left corner: 120,340."
    ),
]
FromGallery = Annotated[
    Path | None,
    typer.Option(
        "--gallery",
        metavar="DIR",
        help="Ask the pictures of a gallery that are most like the photograph, not the model; "
        f"{OWN}: the user's own (see: tomau gallery).",
    ),
]
Count = Annotated[
    int, typer.Option("--count", "-n", metavar="N", min=1, max=20, help="At most so many colours.")
]


def suggest(
    picture: Input,
    at: At,
    gallery: FromGallery = None,
    count: Count = 6,
    model: options.Model = "default",
    size: options.Size = None,
    device: options.Device = "auto",
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Name colours that are plausible at a place of a photograph, the likeliest first.

    Each line is a colour at the place's own luminance, how likely the model finds it and those
    like it, and the hint to give to tomau colorize:

    \b
    tomau suggest photo.jpg --at 120,340
    tomau suggest photo.jpg --at 120,340 --gallery own

    Of a gallery, each line tells how often like pictures have the colour at alike places in alike
    light, and the picture that has it most.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    from tomau.color import luminance
    from tomau.edits.suggestions import suggest as suggested
    from tomau.imaging import read_picture
    from tomau.runtime import Colorizer

    match = _PLACE.fullmatch(at)
    if match is None:
        raise UsageError(f"--at {at!r} came; expected x,y in pixels, such as 120,340")
    x, y = (int(part) for part in match.groups())
    console = Console(quiet=quiet)
    source = read_picture(picture)
    if x >= source.width or y >= source.height:
        raise UsageError(
            f"a place at {x},{y} came for a picture of {source.width}x{source.height}; expected "
            f"x in 0..{source.width - 1} and y in 0..{source.height - 1}"
        )
    chosen = None if gallery is None else _opened(gallery)
    colorizer = Colorizer.load(model, device=device)
    prediction = colorizer.predict(luminance(source.pixels), size=options.asked_size(size))
    place = ((x + 0.5) / source.width, (y + 0.5) / source.height)
    found: Sequence[tuple[Suggestion, Path | None]]
    if chosen is None:
        found = [(one, None) for one in suggested(prediction, *place, count=count)]
    else:
        found = chosen.suggest_colors(prediction, *place, count=count)
    rows = []
    for one, shown in found:
        color = "#{:02x}{:02x}{:02x}".format(*one.rgb)
        row = {"color": color, "share": round(one.share, 4), "hint": f"{x},{y}={color}"}
        told = "" if shown is None else f"  {printable(shown)}"
        rows.append(row if shown is None else {**row, "picture": str(shown)})
        if not as_json:
            console.result(f"{color}  {one.share:6.1%}  --hint {x},{y}={color}{told}")
    if as_json:
        console.json(rows, indent=2)


def _opened(folder: Path) -> Gallery:
    from tomau.edits.gallery import Gallery, default_gallery

    return Gallery(default_gallery() if folder == Path(OWN) else folder)
