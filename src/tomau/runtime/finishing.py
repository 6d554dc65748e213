"""From light and chroma to the finished Picture: depth, profile, borders, provenance, notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tomau.color import compose_float, compose_u8, render_float, render_u8
from tomau.color.borders import find_borders
from tomau.color.lightness_choice import LightnessFrom
from tomau.color.toning import recognise_toning
from tomau.errors import UsageError
from tomau.imaging import OutputProfile, from_srgb, output_profile, with_history

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tomau.imaging import Levels, Picture
    from tomau.runtime.card import ModelCard

Bits = Literal[8, 16]


@dataclass(frozen=True)
class Finish:
    """How a colourized Picture is made, beside its colours.

    ``luminance`` says what of a tinted print is its black and white; ``recolor`` that a colour
    photograph is colourized without a word; ``profile`` the colour space of the result;
    ``bits`` its depth per channel, None for that of the input; ``provenance`` that its XMP tells
    who coloured it.
    """

    luminance: LightnessFrom = "lab"
    recolor: bool = False
    profile: OutputProfile = "srgb"
    bits: Bits | None = None
    provenance: bool = True

    def __post_init__(self) -> None:
        if self.bits not in (None, 8, 16):
            raise UsageError(f"{self.bits} bits per channel came; expected 8 or 16")


def finish_picture(
    picture: Picture,
    l: NDArray[np.float32],
    ab_low: NDArray[np.float32],
    finish: Finish,
    card: ModelCard,
    *,
    strength: float,
    threads: int,
) -> Picture:
    """Join the light of a picture with predicted chroma, and keep all else it came with.

    ``l`` is (H, W), ``ab_low`` (h, w, 2) at working size. Borders of paper and film become
    neutral.

    Raises:
        MissingExtraError: the profile needs packages that are not installed.
    """
    bits = finish.bits or picture.bits
    pixels: Levels
    if bits == 8 and finish.profile == "srgb":
        pixels = render_u8(l, ab_low, strength=strength, threads=threads)
        _blank_borders(pixels, l, compose_u8)
    else:
        rgb = render_float(l, ab_low, strength=strength, threads=threads)
        _blank_borders(rgb, l, compose_float)
        pixels = _rounded(from_srgb(rgb, finish.profile), bits)
    # A profile of sRGB that the file brought says the same and stays.
    keep = finish.profile == "srgb" and picture.icc is not None
    icc = picture.icc if keep else output_profile(finish.profile)
    return told(replace(picture.with_pixels(pixels), icc=icc), picture, finish, card)


def _blank_borders(
    pixels: NDArray[Any],
    l: NDArray[np.float32],
    compose: Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[Any]],
) -> None:
    """Take the colour out of the borders of a rendered picture, in place."""
    for rows, columns in find_borders(l).bands(*l.shape):
        band = l[rows, columns]
        pixels[rows, columns] = compose(band, np.zeros((*band.shape, 2), np.float32))


def _rounded(rgb: NDArray[np.float32], bits: int) -> Levels:
    kind: type[np.uint8 | np.uint16] = np.uint8 if bits == 8 else np.uint16
    levels: Levels = np.rint(rgb * np.float32(np.iinfo(kind).max)).astype(kind)
    return levels


def told(result: Picture, picture: Picture, finish: Finish, card: ModelCard) -> Picture:
    """Return the result with the notes on its input, and its provenance."""
    notes = result.notes
    if picture.pixels.ndim == 3:
        toning = recognise_toning(picture.pixels)
        note = None if toning.kind == "colour" and finish.recolor else toning.note()
        notes += () if note is None else (note,)
    if not finish.provenance:
        return replace(result, notes=notes)
    from tomau import __version__

    agent = f"tomau {__version__}"
    did = f"colourized by {agent}, model {card.name}, {card.sha256}"
    xmp, note = with_history(result.xmp, agent, did)
    return replace(result, xmp=xmp, notes=notes if note is None else (*notes, note))
