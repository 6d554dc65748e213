"""Options of ``tomau colorize`` by which a person says what colour something has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.edits.coloring import HintEdit

Points: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--hint",
        metavar="X,Y=COLOUR",
        help="The colour of a place, in pixels from the upper left corner: 120,340=#c03028. May be "
        "given many times; tomau suggest names likely colours.",
    ),
]
File: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--hints",
        metavar="JSON",
        help='Strokes: {"strokes": [{"points": [[120, 340]], "color": "#c03028", "radius": 4}]}.',
    ),
]
Scribbles: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--scribbles",
        metavar="PNG",
        help="Colours painted on a transparent layer of the photograph's size.",
    ),
]
Exact: TypeAlias = Annotated[
    bool, typer.Option("--exact", help="Meet every hint exactly, where the model comes near.")
]


def read_edit(
    points: list[str] | None, file: Path | None, scribbles: Path | None, *, exact: bool
) -> HintEdit | None:
    """Return what the options ask for, or None.

    Raises:
        UsageError: a point cannot be read, or ``--exact`` came alone.
    """
    if not points and file is None and scribbles is None:
        if exact:
            raise UsageError("--exact came without hints; expected --hint, --hints or --scribbles")
        return None
    from tomau.edits.coloring import HintEdit
    from tomau.edits.hints import parse_hint

    strokes = tuple(parse_hint(text) for text in points or ())
    return HintEdit(strokes, file, scribbles, exact)
