"""Raw files of cameras, developed as the camera would have done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from tomau.imaging.extras import load
from tomau.imaging.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Callable

# The tone curve of sRGB, IEC 61966-2-1: its power and the slope of its line.
_SRGB_CURVE = (2.4, 12.92)


def read_raw(stream: BinaryIO, check_size: Callable[[tuple[int, int]], None]) -> Samples:
    """Develop a raw file to upright sRGB of 16 bits, by the camera's white balance.

    Brightness is the sensor's own: nothing is stretched by what the picture shows.

    Raises:
        MissingExtraError: the packages are not installed.
        Exception: LibRaw and its wrapper answer damage with several kinds of error.
    """
    rawpy: Any = load("rawpy", "raw files of cameras")
    stream.seek(0)
    with rawpy.imread(stream) as file:
        check_size((file.sizes.width, file.sizes.height))
        pixels = file.postprocess(
            output_bps=16,
            gamma=_SRGB_CURVE,
            no_auto_bright=True,
            use_camera_wb=True,
            output_color=rawpy.ColorSpace.sRGB,
        )
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"a raw file of shape {pixels.shape}")
    return Samples(pixels, "RGB", notes=("raw file developed by the camera's white balance",))
