"""Options of ``tomau colorize`` by which a person says what colour something has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.edits.coloring import HintEdit
    from tomau.runtime.prediction import Edit

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
Reach: TypeAlias = Annotated[
    float,
    typer.Option(
        "--reach",
        metavar="R",
        min=0.05,
        max=20.0,
        help="How far hints reach to what looks alike: 1 as is usual, 2 twice as far.",
    ),
]
References: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--reference",
        metavar="FILE",
        help="A picture in colour to take colours from. May be given many times. gallery: the "
        "pictures of the gallery that are most like the photograph (see: tomau gallery).",
    ),
]
MethodName: TypeAlias = Literal["auto", "deep", "welsh", "reinhard", "transport"]
Method: TypeAlias = Annotated[
    MethodName,
    typer.Option(
        "--exemplar-method",
        help="How colours of references find their place: deep by what the model sees, welsh by "
        "light, reinhard and transport by statistics; auto is deep where the model can.",
    ),
]
Trust: TypeAlias = Annotated[
    float,
    typer.Option(
        "--reference-trust",
        metavar="T",
        min=0.0,
        max=10.0,
        help="How far references are believed: 1 as is usual, 3 goes all the way.",
    ),
]
Variants: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--variants",
        metavar="N",
        min=1,
        max=24,
        help="Write N different plausible results of one photograph, <result>.1 to <result>.N, and "
        "a sheet of them to choose by.",
    ),
]
Seed: TypeAlias = Annotated[
    int,
    typer.Option("--seed", metavar="S", min=0, help="Another number gives other variants."),
]


def read_reference(paths: list[Path] | None, method: MethodName, trust: float) -> Edit | None:
    """Read the references that were asked for; None if there were none.

    Raises:
        UsageError: one cannot be read, or an option of references came without.
    """
    if not paths:
        if method != "auto" or trust != 1:
            raise UsageError(
                "--exemplar-method or --reference-trust came without --reference; give one"
            )
        return None
    if Path("gallery") in paths:
        if len(paths) > 1:
            raise UsageError("--reference gallery came with others; expected it alone, or files")
        from tomau.edits.gallery import FromGallery, Gallery, default_gallery

        return FromGallery(Gallery(default_gallery()), method, trust)
    from tomau.edits.references import Reference

    return Reference.read(*paths, method=method, trust=trust)


def read_edit(
    points: list[str] | None,
    file: Path | None,
    scribbles: Path | None,
    *,
    exact: bool,
    reach: float,
) -> HintEdit | None:
    """Return what the options ask for, or None.

    Raises:
        UsageError: a point cannot be read, or ``--exact`` or ``--reach`` came alone.
    """
    if not points and file is None and scribbles is None:
        if exact or reach != 1:
            option = "--exact" if exact else "--reach"
            raise UsageError(
                f"{option} came without hints; expected --hint, --hints or --scribbles"
            )
        return None
    from tomau.edits.coloring import HintEdit
    from tomau.edits.hints import parse_hint

    strokes = tuple(parse_hint(text) for text in points or ())
    return HintEdit(strokes, file, scribbles, exact, reach)


def joined(*edits: Edit | None) -> Edit | None:
    """Let edits that were asked for follow one another; None if there are none."""
    asked = tuple(edit for edit in edits if edit is not None)
    if len(asked) < 2:
        return asked[0] if asked else None
    from tomau.edits.coloring import Edits

    return Edits(asked)
