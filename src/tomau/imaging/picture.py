"""A photograph in memory: its pixels, and what its file said about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tomau.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray


Levels: TypeAlias = "NDArray[np.uint8] | NDArray[np.uint16]"

Tones: TypeAlias = "NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]"
"""Levels, or what lies between them: float32 in 0..1."""


@dataclass(frozen=True, eq=False)
class Picture:
    r"""An upright picture of 8 or 16 bits with everything of its file that is to be kept.

    Attributes:
        pixels: (H, W) gray or (H, W, 3) sRGB, uint8 or uint16.
        alpha: (H, W) of the same dtype, the greatest value is opaque; None where the file had
            no transparency.
        exif: the EXIF block with its ``Exif\0\0`` head, orientation 1, thumbnail unlinked.
        icc: the ICC profile to write, that of the pixels; None where the file had none.
        xmp: the XMP packet, orientation 1.
        iptc: the IPTC records.
        dpi: horizontal and vertical resolution in pixels per inch.
        format: Pillow's name of the file format, "JPEG", "PNG", "WEBP", "TIFF", ...
        notes: what a user should be told, "animated GIF: first of 12 frames taken".
        finer: (H, W) int8, 256ths of a level to be added to 16-bit gray whose profile knows tones
            between the levels; None elsewhere.
    """

    pixels: Levels
    alpha: Levels | None = None
    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    format: str = "PNG"
    notes: tuple[str, ...] = ()
    finer: NDArray[np.int8] | None = None

    def __post_init__(self) -> None:
        shape, dtype = self.pixels.shape, self.pixels.dtype
        is_picture = len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)
        if dtype not in (np.uint8, np.uint16) or not is_picture or 0 in shape:
            raise UsageError(
                f"pixels {shape} of {dtype} came; expected uint8 or uint16 of shape (H, W) "
                "or (H, W, 3): put transparency into alpha"
            )
        if self.alpha is not None and (self.alpha.dtype != dtype or self.alpha.shape != shape[:2]):
            raise UsageError(
                f"alpha {self.alpha.shape} of {self.alpha.dtype} came; "
                f"expected {dtype} of shape {shape[:2]}, as the pixels have"
            )
        if self.finer is not None and (dtype != np.uint16 or self.finer.shape != shape):
            raise UsageError(
                f"finer tones {self.finer.shape} came for pixels {shape} of {dtype}; "
                "expected 16-bit gray of the same shape"
            )

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.pixels.shape[1])

    @property
    def bits(self) -> int:
        """Bits per channel, 8 or 16."""
        return self.pixels.dtype.itemsize * 8

    @property
    def pixels_u8(self) -> NDArray[np.uint8]:
        """The pixels as (H, W) gray or (H, W, 3) sRGB uint8."""
        return narrow(self.pixels)

    @property
    def rgb_u8(self) -> NDArray[np.uint8]:
        """The pixels as sRGB (H, W, 3) uint8; gray is repeated."""
        pixels = self.pixels_u8
        if pixels.ndim == 3:
            return pixels
        return np.repeat(pixels[..., np.newaxis], 3, axis=2)

    @property
    def samples(self) -> NDArray[Any]:
        """Pixels and alpha as encoders take them: (H, W), or (H, W, C) with alpha last."""
        return self.pixels if self.alpha is None else np.dstack([self.pixels, self.alpha])

    def tones(self, rows: slice) -> Tones:
        """Rows of the pixels as exactly as they are known: with ``finer``, float32 in 0..1."""
        if self.finer is None:
            return self.pixels[rows]
        return with_finer(self.pixels[rows], self.finer[rows])

    def narrowed(self) -> Picture:
        """The same picture in 8 bits; itself where it has no more."""
        if self.bits == 8:
            return self
        alpha = None if self.alpha is None else narrow(self.alpha)
        return replace(self, pixels=self.pixels_u8, alpha=alpha, finer=None)

    def with_pixels(self, pixels: Levels) -> Picture:
        """The same picture with other pixels of its size; its alpha takes their depth.

        Raises:
            UsageError: the array is no picture, or does not have the size of the alpha.
        """
        alpha = self.alpha
        if alpha is not None and alpha.dtype != pixels.dtype:
            alpha = widen(alpha) if pixels.dtype == np.uint16 else narrow(alpha)
        return replace(self, pixels=pixels, alpha=alpha, finer=None)


def with_finer(levels: Levels, finer: NDArray[np.int8]) -> NDArray[np.float32]:
    """Join 16-bit levels and 256ths of a level to float32 in 0..1.

    >>> (with_finer(np.array([7], np.uint16), np.array([-64], np.int8)) * 65535).round(3).tolist()
    [6.75]
    """
    tones = finer.astype(np.float32)
    tones *= np.float32(1 / 256)
    tones += levels
    tones *= np.float32(1 / 65535)
    return np.clip(tones, 0, 1, out=tones)


def narrow(levels: Levels) -> NDArray[np.uint8]:
    """Bring 16 bits to 8, to the nearest; 8 bits stay as they are.

    >>> narrow(np.array([0, 128, 129, 65535], np.uint16)).tolist()
    [0, 0, 1, 255]
    """
    if levels.dtype == np.uint8:
        return levels.astype(np.uint8, copy=False)
    return ((levels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def widen(levels: Levels) -> NDArray[np.uint16]:
    """Bring 8 bits to 16, black to black and white to white."""
    if levels.dtype == np.uint16:
        return levels.astype(np.uint16, copy=False)
    return levels.astype(np.uint16) * np.uint16(257)
