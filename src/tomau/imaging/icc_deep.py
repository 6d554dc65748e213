"""Colour profiles of 16-bit pictures, by the same library (LittleCMS) as in `icc`."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PIL import ImageCms

from tomau.imaging.extras import load
from tomau.imaging.icc import profile_changes_nothing, srgb_profile
from tomau.imaging.samples import WHITE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.imaging.samples import Samples

OutputProfile = Literal["srgb", "p3"]

_LEVELS = 65536
_SPACES = {"L": ("GRAY", "RGB"), "RGB": ("RGB",), "CMYK": ("CMYK",)}
_CREATION_DATE = slice(24, 36)
_D65 = (0.3127, 0.3290, 1.0)
# Red, green and blue of Display P3, CIE x and y each. Source: SMPTE EG 432-1:2010.
_P3_PRIMARIES = (0.680, 0.320, 1.0, 0.265, 0.690, 1.0, 0.150, 0.060, 1.0)
_CURVE_POINTS = 1024
# The library maps colours in blocks of rows, so that a large picture needs no large copies.
_BLOCK_PIXELS = 1 << 20


def to_srgb_u16(
    samples: Samples, icc: bytes | None
) -> tuple[NDArray[np.uint16], bytes | None, str | None]:
    """Convert 16-bit gray, RGB or CMYK by its profile to 16-bit gray or RGB in sRGB.

    Answers as `icc.to_srgb` does: pixels, the profile to carry from now on, and a note.
    """
    if icc is None:
        guessed = "CMYK without an ICC profile: colours converted by the plain formula"
        return _without_profile(samples), None, guessed if samples.space == "CMYK" else None
    try:
        if samples.space == "L":
            return np.take(_tone_curve(icc), samples.colour), srgb_profile(), None
        _check_space(icc, samples.space)
        if samples.space == "RGB" and profile_changes_nothing(icc):
            return samples.colour, icc, None
        return _mapped(samples.colour, icc, samples.space.lower()), srgb_profile(), None
    except (ImageCms.PyCMSError, OSError, RuntimeError, TypeError, ValueError):
        note = "unusable ICC profile left aside: colours taken as if there were none"
        return _without_profile(samples), srgb_profile(), note


def from_srgb(rgb: NDArray[np.float32], profile: OutputProfile) -> NDArray[np.float32]:
    """Convert sRGB (H, W, 3) float32 in 0..1 to the numbers of another profile, 0..1.

    Raises:
        MissingExtraError: the packages are not installed.
    """
    if profile == "srgb":
        return rgb
    imagecodecs = load("imagecodecs", f"--profile {profile}")
    target = output_profile(profile)
    out = np.empty_like(rgb)
    rows = max(1, _BLOCK_PIXELS // rgb.shape[1])
    for top in range(0, len(rgb), rows):
        out[top : top + rows] = imagecodecs.cms_transform(
            rgb[top : top + rows], srgb_profile(), target, **_settings(imagecodecs, "rgb")
        )
    return np.clip(out, 0, 1, out=out)


@lru_cache(maxsize=2)
def output_profile(profile: OutputProfile) -> bytes:
    """The bytes of a profile to write.

    Raises:
        MissingExtraError: it is not sRGB, and the packages are not installed.
    """
    if profile == "srgb":
        return srgb_profile()
    imagecodecs = load("imagecodecs", f"--profile {profile}")
    made: bytes = imagecodecs.cms_profile(
        "rgb", whitepoint=_D65, primaries=_P3_PRIMARIES, transferfunction=_srgb_curve()
    )
    return _without_date(made)


def _srgb_curve() -> NDArray[np.float32]:
    """Linear light of evenly spaced codes; Display P3 has the tone curve of sRGB.

    The library is asked: gray of sRGB to gray of a straight line.
    """
    imagecodecs = load("imagecodecs", "--profile p3")
    straight = imagecodecs.cms_profile("gray", whitepoint=_D65, gamma=1.0)
    codes = np.linspace(0, 1, _CURVE_POINTS, dtype=np.float32)
    ramp = np.repeat(codes[np.newaxis, :, np.newaxis], 3, axis=2)
    linear = imagecodecs.cms_transform(
        ramp, srgb_profile(), straight, **_settings(imagecodecs, "rgb", "gray")
    )
    curve: NDArray[np.float32] = np.clip(linear.reshape(-1), 0, 1).astype(np.float32)
    return curve


@lru_cache(maxsize=16)
def _tone_curve(icc: bytes) -> NDArray[np.uint16]:
    """What a profile makes of each of 65,536 grays; gray stays one channel."""
    space = _check_space(icc, "L")
    curve: NDArray[np.uint16] = np.arange(_LEVELS, dtype=np.uint16)
    if space == "GRAY" or not profile_changes_nothing(icc):
        ramp = curve[np.newaxis]
        if space == "RGB":
            ramp = np.repeat(ramp[..., np.newaxis], 3, axis=2)
        curve = np.ascontiguousarray(_mapped(ramp, icc, space.lower())[0, :, 1])
    curve.flags.writeable = False
    return curve


def _mapped(pixels: NDArray[np.uint16], icc: bytes, space: str) -> NDArray[np.uint16]:
    imagecodecs = load("imagecodecs", "ICC profiles of 16-bit pictures")
    settings = _settings(imagecodecs, space) | {"outdtype": "uint16"}
    out = np.empty((*pixels.shape[:2], 3), np.uint16)
    rows = max(1, _BLOCK_PIXELS // pixels.shape[1])
    for top in range(0, len(pixels), rows):
        block = np.ascontiguousarray(pixels[top : top + rows])
        out[top : top + rows] = imagecodecs.cms_transform(block, icc, srgb_profile(), **settings)
    return out


def _settings(imagecodecs: Any, space: str, out_space: str = "rgb") -> dict[str, Any]:
    flags = imagecodecs.CMS.FLAGS
    return {
        "colorspace": space,
        "outcolorspace": out_space,
        "intent": imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
        # The short cuts are coarse in the darks of linear gray.
        "flags": flags.BLACKPOINTCOMPENSATION | flags.NOOPTIMIZE,
    }


def _check_space(icc: bytes, mode: str) -> str:
    """The profile's colour space.

    Raises:
        ValueError: it is not one of a picture of this mode.
    """
    space = str(ImageCms.ImageCmsProfile(io.BytesIO(icc)).profile.xcolor_space.strip())
    if space not in _SPACES[mode]:
        raise ValueError(f"a profile of {space} in a picture of {mode}")
    return space


def _without_profile(samples: Samples) -> NDArray[np.uint16]:
    if samples.space != "CMYK":
        return samples.colour
    inks, black = samples.colour[..., :3].astype(np.uint32), samples.colour[..., 3:]
    return ((WHITE - inks) * (WHITE - black.astype(np.uint32)) // WHITE).astype(np.uint16)


def _without_date(profile: bytes) -> bytes:
    """The same bytes on every run: the library writes the time of day."""
    dated = bytearray(profile)
    dated[_CREATION_DATE] = srgb_profile()[_CREATION_DATE]
    return bytes(dated)
