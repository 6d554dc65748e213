"""Video's Y'CbCr: the lightness of luma codes, colour difference codes, luma that keeps lightness.

A film in black and white is luma alone. Its colours come as two planes of colour difference beside
it, mostly at half its size. Luma is not lightness: a saturated red of the same luma is lighter than
its gray. So luma is moved, pixel by pixel, until the decoded colour is as light as the gray was.

Sources: ITU-R BT.709-6, 3.2 to 3.5 and 4.6 (matrix, quantization); ITU-T H.273 (full range). The
adjustment of luma follows Strom, Samuelsson and Dovstam, "Luma Adjustment for High Dynamic Range
Video", DCC 2016, with L* in the place of their linear luminance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tomau.color.gamut import linear_in_gamut
from tomau.color.luminance import lightness
from tomau.color.spaces import LUMINANCE_WEIGHTS, Plane, linear_to_srgb, srgb_to_linear

if TYPE_CHECKING:
    from numpy.typing import NDArray

Codes: TypeAlias = "NDArray[Any]"
"""Integers as video has them, uint8 or uint16."""

RED_WEIGHT, GREEN_WEIGHT, BLUE_WEIGHT = 0.2126, 0.7152, 0.0722
_CR_RANGE = 2 * (1 - RED_WEIGHT)
_CB_RANGE = 2 * (1 - BLUE_WEIGHT)

# Corrections of luma are kept in sixteenths of an 8-bit code, for colour differences and luma of 8
# bits: deeper codes share the entry of their upper 8 bits, which costs less than 0.1 L*.
_STEPS = 16
_LEVELS = 256


@dataclass(frozen=True)
class VideoRange:
    """How light and colour difference become integers.

    Attributes:
        bits: of a code, 8 to 16.
        is_full: codes from black 0, as computers do, instead of 16, as television does.
    """

    bits: int = 8
    is_full: bool = False

    @property
    def black(self) -> int:
        """Code of black."""
        return 0 if self.is_full else 16 << (self.bits - 8)

    @property
    def white(self) -> int:
        """Code of white."""
        return (1 << self.bits) - 1 if self.is_full else 235 << (self.bits - 8)

    @property
    def neutral(self) -> int:
        """Code of no colour difference."""
        return 1 << (self.bits - 1)

    @property
    def span(self) -> int:
        """Codes between the least and the greatest colour difference."""
        return (1 << self.bits) - 1 if self.is_full else 224 << (self.bits - 8)

    @property
    def dtype(self) -> type[np.uint8 | np.uint16]:
        """Number type of codes."""
        return np.uint8 if self.bits == 8 else np.uint16

    def gray(self, codes: Codes) -> Plane:
        """Gray in 0..1, as sRGB and BT.709 code it, of luma codes; beyond black and white clipped.

        >>> VideoRange().gray(np.array([16, 235, 255], np.uint8)).tolist()
        [0.0, 1.0, 1.0]
        """
        gray: Plane = codes.astype(np.float32)
        gray -= np.float32(self.black)
        gray /= np.float32(self.white - self.black)
        return np.clip(gray, 0, 1, out=gray)


def luma_lightness(luma: Codes, coding: VideoRange) -> Plane:
    """Return L* of a gray picture that comes as luma.

    Args:
        luma: (H, W) codes.
        coding: of the codes.

    Returns:
        (H, W) float32, 0..100; that of the same gray in sRGB.
    """
    return np.take(_lightness_of_codes(coding), luma)


def convert_luma(luma: Codes, given: VideoRange, wanted: VideoRange) -> Codes:
    """Return luma in another depth or range; what is beyond black and white stays as far beyond.

    Args:
        luma: (H, W) codes.
        given: their coding.
        wanted: that of the result.
    """
    if given == wanted:
        return luma
    return np.take(_converted_codes(given, wanted), luma)


def chroma_codes(l: Plane, ab: Plane, coding: VideoRange) -> Codes:
    """Return the colour differences of L* and chroma, mapped into the sRGB gamut.

    Args:
        l: (H, W) float32, 0..100.
        ab: (H, W, 2) float32.
        coding: of the result.

    Returns:
        (2, H, W): codes of Cb and Cr, rounded to the nearest.

    Source: ITU-R BT.709-6, 3.3 and 3.4, on sRGB's coded values.
    """
    codes = np.empty((2, l.size), coding.dtype)
    scale = np.array([[1 / _CB_RANGE], [1 / _CR_RANGE]], np.float32) * np.float32(coding.span)
    for pixels, linear in linear_in_gamut(l, ab[..., 0], ab[..., 1]):
        red, green, blue = linear_to_srgb(linear)
        luma = red * np.float32(RED_WEIGHT)
        luma += green * np.float32(GREEN_WEIGHT)
        luma += blue * np.float32(BLUE_WEIGHT)
        pair = np.stack((blue, red))
        pair -= luma
        pair *= scale
        pair += np.float32(coding.neutral)
        np.rint(pair, out=pair)
        codes[:, pixels] = np.clip(pair, 0, (1 << coding.bits) - 1, out=pair)
    return codes.reshape(2, *l.shape)


def decode(luma: Codes, chroma: Codes, coding: VideoRange) -> Plane:
    """Return sRGB of codes at one size, as a player shows them.

    Args:
        luma: (H, W).
        chroma: (2, H, W), Cb and Cr.
        coding: of both.

    Returns:
        (H, W, 3) float32, clipped to 0..1.

    Source: ITU-R BT.709-6, 3.3.
    """
    span = np.float32(coding.white - coding.black)
    light = (luma.astype(np.float32) - np.float32(coding.black)) / span
    blue, red = (chroma.astype(np.float32) - np.float32(coding.neutral)) / np.float32(coding.span)
    return np.stack(_decoded(light, blue, red), axis=-1)


def keep_lightness(luma: Codes, chroma: Codes, coding: VideoRange) -> Codes:
    """Move luma so that each decoded pixel is as light as the gray that came.

    Where there is no colour, luma stays as it is, to the last bit. Black and white are not passed.

    Args:
        luma: (H, W) codes of the gray picture.
        chroma: (2, h, w) codes of Cb and Cr, each for a block of ``ceil(H / h)`` x
            ``ceil(W / w)`` pixels of luma.
        coding: of both.

    Returns:
        (H, W) codes.
    """
    shift = coding.bits - 8
    blue, red = (plane >> shift for plane in chroma)
    pairs = blue.astype(np.int32) << 8
    pairs |= red
    table = _correction_table(coding.is_full)
    table.prepare(pairs)
    pairs <<= 8
    places = _enlarged(pairs, luma.shape)
    places |= luma >> shift
    moves = table.look_up(places)
    moved = luma.astype(np.int32)
    moved += ((moves << shift) + _STEPS // 2) >> 4
    return np.clip(moved, 0, (1 << coding.bits) - 1, out=moved).astype(luma.dtype)


class _CorrectionTable:
    """How far luma moves, by Cb, Cr and luma of 8 bits; rows are made when first asked for."""

    def __init__(self, coding: VideoRange) -> None:
        self._coding = coding
        self._moves = np.zeros(_LEVELS * _LEVELS * _LEVELS, np.int16)
        self._known = np.zeros(_LEVELS * _LEVELS, np.bool_)
        # What is beyond black or white moves as far as they do.
        codes = np.arange(_LEVELS)
        self._given = np.clip(codes, coding.black, coding.white)
        self._wanted = _linear_of_gray(coding.gray(self._given.astype(np.float32)))
        self._codes = np.arange(coding.black, coding.white + 1)
        self._known[(coding.neutral << 8) | coding.neutral] = True

    def prepare(self, pairs: NDArray[np.int32]) -> None:
        """Make the rows of pairs Cb * 256 + Cr that are not known yet."""
        unknown = pairs[~np.take(self._known, pairs)]
        for pair in np.unique(unknown):
            self._moves[pair << 8 : (pair + 1) << 8] = self._row(int(pair))
        self._known[unknown] = True

    def look_up(self, places: NDArray[np.int32]) -> NDArray[np.int32]:
        """Moves in sixteenths of a code, of pair * 256 + luma."""
        return np.take(self._moves, places).astype(np.int32)

    def _row(self, pair: int) -> NDArray[np.int16]:
        coding = self._coding
        blue, red = (
            np.float32((code - coding.neutral) / coding.span) for code in divmod(pair, 256)
        )
        light = coding.gray(self._codes.astype(np.float32))
        decoded = _decoded(light, blue, red)
        weights = LUMINANCE_WEIGHTS
        linear = [srgb_to_linear(channel) for channel in decoded]
        made = sum(w * channel for w, channel in zip(weights, linear, strict=True))
        found = np.interp(self._wanted, np.asarray(made), self._codes)
        return np.rint((found - self._given) * _STEPS).astype(np.int16)


@cache
def _correction_table(is_full: bool) -> _CorrectionTable:
    return _CorrectionTable(VideoRange(8, is_full))


@cache
def _lightness_of_codes(coding: VideoRange) -> Plane:
    return lightness(_linear_of_gray(coding.gray(np.arange(1 << coding.bits, dtype=np.float32))))


@cache
def _converted_codes(given: VideoRange, wanted: VideoRange) -> Codes:
    codes = np.arange(1 << given.bits, dtype=np.float64)
    light = (codes - given.black) / (given.white - given.black)
    made = np.rint(light * (wanted.white - wanted.black) + wanted.black)
    return np.clip(made, 0, (1 << wanted.bits) - 1).astype(wanted.dtype)


def _linear_of_gray(gray: Plane) -> Plane:
    return srgb_to_linear(gray)


def _decoded(light: Plane, blue: Plane | np.float32, red: Plane | np.float32) -> list[Plane]:
    """Red, green and blue in 0..1 of luma in 0..1 and colour differences in -0.5..0.5."""
    r = light + red * np.float32(_CR_RANGE)
    b = light + blue * np.float32(_CB_RANGE)
    g = (light - RED_WEIGHT * r - BLUE_WEIGHT * b) / np.float32(GREEN_WEIGHT)
    return [np.clip(channel, 0, 1).astype(np.float32) for channel in (r, g, b)]


def _enlarged(plane: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.int32]:
    """Repeat samples over their blocks."""
    down, across = (-(-full // small) for full, small in zip(shape, plane.shape, strict=True))
    if (down, across) == (1, 1):
        return plane.copy()
    wide = np.repeat(plane, across, axis=1)[:, : shape[1]]
    return np.repeat(wide, down, axis=0)[: shape[0]]
