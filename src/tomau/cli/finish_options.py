"""Options of ``tomau colorize`` on what a result is, beside its colours."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import typer

LuminanceName: TypeAlias = Literal["lab", "rec709", "red", "green", "blue"]
ProfileName: TypeAlias = Literal["srgb", "p3"]
BitsName: TypeAlias = Literal["8", "16"]

Luminance: TypeAlias = Annotated[
    LuminanceName,
    typer.Option(
        "--luminance",
        help="What of a tinted print is its black and white: lab is all of its light, red hides "
        "yellow stains, blue has most contrast in a yellowed print.",
    ),
]
Recolor: TypeAlias = Annotated[
    bool,
    typer.Option("--recolor", help="Colour photographs are meant to be coloured anew: no warning."),
]
Profile: TypeAlias = Annotated[
    ProfileName,
    typer.Option("--profile", help="Colour space of results; p3 is Display P3."),
]
Bits: TypeAlias = Annotated[
    BitsName | None,
    typer.Option(
        "--bits",
        help="Bits per channel of PNG and TIFF results. Default: those of the input.",
        show_default=False,
    ),
]
Provenance: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--provenance/--no-provenance",
        help="Tell in the result's XMP that it was colourized, by which model.",
    ),
]
