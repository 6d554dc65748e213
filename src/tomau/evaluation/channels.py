"""The study's chapter on digital pictures as one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomau.evaluation.contact_sheet import contact_sheet
from tomau.runtime.channels import channel_pictures

if TYPE_CHECKING:
    from PIL import Image

    from tomau.imaging import Picture

_COLUMNS = 4
_TEXTS = {
    "binary": "binary, by Otsu's threshold",
    "gray": "gray",
    "R": "R, red",
    "G": "G, green",
    "B": "B, blue",
    "L*": "L*, lightness",
    "a*": "a*, green to red",
    "b*": "b*, blue to yellow",
}


def channels_figure(picture: Picture, *, tile: int = 320) -> Image.Image:
    """Draw the channels of a picture: binary, gray, R, G, B, L*, a*, b*, each under its name.

    ``tile`` is the long side of each in pixels.
    """
    tiles = channel_pictures(picture.pixels_u8)
    kind = "gray" if picture.pixels.ndim == 2 else "colour"
    return contact_sheet(
        [[image] for image in tiles.values()],
        labels=[_TEXTS[name] for name in tiles],
        heading=f"Channels of a {kind} picture, {picture.width} x {picture.height} pixels",
        tile=tile,
        blocks=_COLUMNS,
    )
