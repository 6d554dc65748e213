"""Which light of a tinted print is taken for its black and white."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from tomau.color.luminance import luminance
from tomau.color.spaces import Plane
from tomau.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LightnessFrom = Literal["lab", "rec709", "red", "green", "blue"]

_CHANNELS = {"red": 0, "green": 1, "blue": 2}
# Of the coded values. Source: ITU-R BT.709-6, 3.2.
_REC709 = np.array([0.2126, 0.7152, 0.0722], np.float32)


def lightness_from(pixels: NDArray[Any], way: LightnessFrom = "lab") -> Plane:
    """Return L* of a picture, by all of its light or by a part of it.

    ``lab`` is CIE L*; ``rec709`` the luma of a television; ``red``, ``green`` or ``blue`` that
    channel alone, as if photographed through a filter: yellow stains vanish in red, and a faded
    print has most contrast left in blue.

    Args:
        pixels: (H, W) gray, for which all ways are one, or (H, W, 3) sRGB; as in `luminance`.
        way: one of the five.

    Returns:
        (H, W) float32, 0..100.

    Raises:
        UsageError: an unknown way, or pixels that `luminance` refuses.
    """
    if way not in get_args(LightnessFrom):
        known = ", ".join(get_args(LightnessFrom))
        raise UsageError(f"luminance {way!r} came; expected one of {known}")
    if way == "lab" or pixels.ndim == 2:
        return luminance(pixels)
    if way == "rec709":
        white = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
        return luminance(pixels @ (_REC709 / np.float32(white)))
    return luminance(np.ascontiguousarray(pixels[..., _CHANNELS[way]]))
