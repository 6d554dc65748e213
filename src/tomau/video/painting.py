"""Frames out: a frame's luma and its colours at working size, joined to planes of video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from tomau.color import upsample_chroma
from tomau.color.ycbcr import (
    VideoRange,
    chroma_codes,
    convert_luma,
    keep_lightness,
    luma_lightness,
)
from tomau.video.settings import SUBSAMPLING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.color.ycbcr import Codes
    from tomau.video.settings import Chroma

_AB_LIMIT = 128.0


@dataclass(frozen=True, eq=False)
class Painted:
    """A finished frame: its time stamp, luma (H, W) and chroma (2, h, w), codes of one range."""

    pts: int
    luma: Codes
    chroma: Codes


@dataclass(frozen=True)
class Painter:
    """Joins luma with colours.

    Attributes:
        given: coding of the film's luma.
        wanted: coding of what is written.
        chroma: how finely colour is sampled.
        strength: factor on chroma.
        keep_luma: luma stays bit by bit; else the lightness stays.
    """

    given: VideoRange
    wanted: VideoRange
    chroma: Chroma
    strength: float = 1.0
    keep_luma: bool = False

    def __call__(self, pts: int, luma: Codes, ab: NDArray[np.float32]) -> Painted:
        """Finish a frame.

        Args:
            pts: its time stamp.
            luma: (H, W) codes.
            ab: (h, w, 2) float32, its colours at working size.
        """
        down, across = SUBSAMPLING[self.chroma]
        height, width = luma.shape
        size = (-(-height // down), -(-width // across))
        # Colour is made at the size it is sampled at: finer detail of it would be lost anyway.
        reduced: Codes = luma
        if size != luma.shape:
            reduced = cv2.resize(luma, size[::-1], interpolation=cv2.INTER_AREA)
        l = luma_lightness(reduced, self.given)
        full = upsample_chroma(ab, l)
        full *= np.float32(self.strength)
        np.clip(full, -_AB_LIMIT, _AB_LIMIT, out=full)
        chroma = chroma_codes(l, full, self.wanted)
        converted = convert_luma(luma, self.given, self.wanted)
        if not self.keep_luma:
            converted = keep_lightness(converted, chroma, self.wanted)
        return Painted(pts, converted, chroma)
