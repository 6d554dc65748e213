"""From light and chroma to the finished Picture: depth, profile, borders, provenance, notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tomau.color import compose_float, compose_u8, strips
from tomau.color.lightness_choice import LightnessFrom
from tomau.color.toning import recognise_toning
from tomau.errors import UsageError
from tomau.imaging import OutputProfile, from_srgb, output_profile, with_history

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tomau.color import StripRenderer
    from tomau.color.borders import Borders
    from tomau.color.threads import Apply
    from tomau.imaging import Levels, Picture, Tones
    from tomau.runtime.card import ModelCard
    from tomau.runtime.light import Light

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


@dataclass(frozen=True, eq=False)
class Development:
    """A photograph that the network has seen: rows of the result can be made, in any order.

    Attributes:
        light: its light.
        renderer: joins the light of rows with chroma.
        borders: where it stays neutral.
        thin: some of its pixels, to recognise a toning by.
        card: of the model that coloured it.
        finish: how the result is made.
        notes: what the user should be told of the colours; mostly nothing.
    """

    light: Light
    renderer: StripRenderer
    borders: Borders
    thin: Tones
    card: ModelCard
    finish: Finish
    notes: tuple[str, ...] = ()

    @property
    def bits(self) -> int:
        """Bits per channel of the result, 8 or 16."""
        return self.finish.bits or min(self.thin.dtype.itemsize * 8, 16)

    @property
    def dtype(self) -> type[np.uint8 | np.uint16]:
        """Number type of the result."""
        return np.uint8 if self.bits == 8 else np.uint16

    def write(self, rows: slice, out: NDArray[Any]) -> None:
        """Write rows of the result: (rows, W, 3) of ``dtype``.

        Raises:
            MissingExtraError: the profile needs packages that are not installed.
        """
        if self.bits == 8 and self.finish.profile == "srgb":
            l, pixels = self.light.with_pixels(rows)
            is_gray = pixels.ndim == 2 and pixels.dtype == np.uint8
            gray = pixels.astype(np.uint8, copy=False) if is_gray else None
            self.renderer.write_u8(l, rows, out, gray)
            self._blank_borders(out, l, rows, compose_u8)
            return
        l = self.light.rows(rows)
        rgb = np.empty(out.shape, np.float32)
        self.renderer.write_float(l, rows, rgb)
        self._blank_borders(rgb, l, rows, compose_float)
        rgb = from_srgb(rgb, self.finish.profile)
        rgb *= np.float32(np.iinfo(self.dtype).max)
        np.rint(rgb, out=rgb)
        out[:] = rgb

    def empty(self, rows: int) -> Levels:
        """Room for so many rows of the result."""
        shape = (rows, self.light.shape[1], 3)
        return np.empty(shape, np.uint8) if self.bits == 8 else np.empty(shape, np.uint16)

    def pixels(self, apply: Apply = map) -> Levels:
        """The whole result, (H, W, 3); ``apply`` is ``map`` or an executor's."""
        out = self.empty(self.light.shape[0])
        list(apply(lambda rows: self.write(rows, out[rows]), strips(*self.light.shape)))
        return out

    def profile(self, own: bytes | None) -> bytes:
        """The ICC profile to write, of a photograph whose file brought ``own``."""
        # A profile of sRGB that the file brought says the same and stays.
        is_kept = self.finish.profile == "srgb" and own is not None
        return own if is_kept and own is not None else output_profile(self.finish.profile)

    def told(self, xmp: bytes | None) -> tuple[bytes | None, tuple[str, ...]]:
        """The XMP packet with the provenance of the result, and what a user should be told."""
        notes = [self._toning_note()]
        if self.finish.provenance:
            from tomau import __version__

            agent = f"tomau {__version__}"
            did = f"colourized by {agent}, model {self.card.name}, {self.card.sha256}"
            xmp, note = with_history(xmp, agent, did)
            notes.append(note)
        return xmp, tuple(note for note in (*notes, *self.notes) if note)

    def _toning_note(self) -> str | None:
        if self.thin.ndim == 2:
            return None
        toning = recognise_toning(self.thin)
        return None if toning.kind == "colour" and self.finish.recolor else toning.note()

    def _blank_borders(
        self,
        pixels: NDArray[Any],
        l: NDArray[np.float32],
        rows: slice,
        compose: Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[Any]],
    ) -> None:
        """Take the colour out of the borders that some rendered rows touch, in place."""
        for down, across in self.borders.bands(*self.light.shape):
            part = slice(max(down.start, rows.start), min(down.stop, rows.stop))
            if part.start >= part.stop:
                continue
            here = slice(part.start - rows.start, part.stop - rows.start), across
            band = l[here]
            pixels[here] = compose(band, np.zeros((*band.shape, 2), np.float32))


def finish_picture(picture: Picture, development: Development, apply: Apply = map) -> Picture:
    """Make the colourized Picture, which keeps all else that the photograph came with.

    Raises:
        MissingExtraError: the profile needs packages that are not installed.
    """
    result = picture.with_pixels(development.pixels(apply))
    xmp, notes = development.told(picture.xmp)
    icc = development.profile(picture.icc)
    return replace(result, icc=icc, xmp=xmp, notes=(*picture.notes, *notes))
