"""A photograph in memory: its pixels, and what its file said about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tomau.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Picture:
    r"""An upright 8-bit picture with everything of its file that is to be kept.

    Attributes:
        pixels: (H, W) gray or (H, W, 3) sRGB, uint8.
        alpha: (H, W) uint8, 255 is opaque; None where the file had no transparency.
        exif: the EXIF block with its ``Exif\0\0`` head, orientation 1, thumbnail unlinked.
        icc: the ICC profile to write, always one of sRGB; None where the file had none.
        xmp: the XMP packet, orientation 1.
        dpi: horizontal and vertical resolution in pixels per inch.
        format: Pillow's name of the file format, "JPEG", "PNG", "WEBP", "TIFF", ...
        notes: what a user should be told, "animated GIF: first of 12 frames taken".
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    format: str = "PNG"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        is_picture = len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)
        if self.pixels.dtype != np.uint8 or not is_picture or 0 in shape:
            raise UsageError(
                f"pixels {shape} of {self.pixels.dtype} came; expected uint8 of shape (H, W) "
                "or (H, W, 3): put transparency into alpha"
            )
        if self.alpha is not None and (
            self.alpha.dtype != np.uint8 or self.alpha.shape != shape[:2]
        ):
            raise UsageError(
                f"alpha {self.alpha.shape} of {self.alpha.dtype} came; "
                f"expected uint8 of shape {shape[:2]}, the size of the pixels"
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
    def rgb_u8(self) -> NDArray[np.uint8]:
        """The pixels as sRGB (H, W, 3) uint8; gray is repeated."""
        if self.pixels.ndim == 3:
            return self.pixels
        return np.repeat(self.pixels[..., np.newaxis], 3, axis=2)

    def with_pixels(self, pixels: NDArray[np.uint8]) -> Picture:
        """The same picture with other pixels, (H, W) or (H, W, 3) uint8.

        Raises:
            UsageError: the array is no 8-bit picture, or does not have the size of the alpha.
        """
        return replace(self, pixels=pixels)
