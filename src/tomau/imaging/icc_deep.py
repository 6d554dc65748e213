"""Colour profiles of 16-bit pictures, by the same library (LittleCMS) as in `icc`."""

from __future__ import annotations

import io
import struct
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
# What the libraries answer to a profile that they cannot use.
_UNUSABLE = (ImageCms.PyCMSError, OSError, RuntimeError, TypeError, ValueError)
_SPACES = {"L": ("GRAY", "RGB"), "RGB": ("RGB",), "CMYK": ("CMYK",)}
_D65 = (0.3127, 0.3290, 1.0)
# Red, green and blue of Display P3, CIE x and y each. Source: SMPTE EG 432-1:2010.
_P3_PRIMARIES = (0.680, 0.320, 1.0, 0.265, 0.690, 1.0, 0.150, 0.060, 1.0)
_PRIMARY_TAGS = (b"rXYZ", b"gXYZ", b"bXYZ", b"chrm")
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
            return np.take(_tone_curve(icc)[0], samples.colour), srgb_profile(), None
        _check_space(icc, samples.space)
        if samples.space == "RGB" and profile_changes_nothing(icc):
            return samples.colour, icc, None
        return _mapped(samples.colour, icc, samples.space.lower()), srgb_profile(), None
    except _UNUSABLE:
        note = "unusable ICC profile left aside: colours taken as if there were none"
        return _without_profile(samples), srgb_profile(), note


def finer_gray(samples: Samples, icc: bytes | None) -> NDArray[np.int8] | None:
    """Return what `to_srgb_u16` rounds away of gray: 256ths of a level, None where that is nothing.

    Where a profile's curve is flatter than sRGB's, several of its tones fall on one level.
    """
    if icc is None or samples.space != "L":
        return None
    try:
        finer = _tone_curve(icc)[1]
    except _UNUSABLE:
        return None
    return np.take(finer, samples.colour) if finer.any() else None


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
    wide: bytes = imagecodecs.cms_profile("rgb", whitepoint=_D65, primaries=_P3_PRIMARIES, gamma=1)
    # Display P3 is sRGB with other primaries. Its curve stays a formula, which the library follows
    # exactly; of a table, as it would write itself, it takes 16 bits of linear light, and a third
    # of all tones would be lost.
    made = bytearray(srgb_profile())
    for tag in _PRIMARY_TAGS:
        made[_tag(made, tag)] = wide[_tag(wide, tag)]
    place = _tag(made, b"desc")
    name = "Display P3".encode("utf-16-be")
    head = made[place][:20] + struct.pack(">II", len(name), 28)  # a text of one language
    made[place] = (head + name).ljust(place.stop - place.start, b"\0")
    return bytes(made)


def _tag(profile: bytes | bytearray, name: bytes) -> slice:
    """Where the bytes of a tag stand. Source: ICC.1:2022, 7.3, the tag table."""
    count = int.from_bytes(profile[128:132], "big")
    for entry in range(132, 132 + 12 * count, 12):
        if profile[entry : entry + 4] == name:
            start, size = struct.unpack(">II", profile[entry + 4 : entry + 12])
            return slice(start, start + size)
    raise ValueError(f"a profile without {name.decode()}")


@lru_cache(maxsize=16)
def _tone_curve(icc: bytes) -> tuple[NDArray[np.uint16], NDArray[np.int8]]:
    """What a profile makes of each of 65,536 grays: levels, and 256ths of a level.

    Gray stays one channel.
    """
    space = _check_space(icc, "L")
    levels = np.arange(_LEVELS, dtype=np.uint16)
    finer = np.zeros(_LEVELS, np.int8)
    if space == "GRAY" or not profile_changes_nothing(icc):
        tones = np.clip(_without_steps(_bent(levels, icc, space.lower())), 0, 1) * WHITE
        levels = np.rint(tones).astype(np.uint16)
        finer = np.clip(np.rint((tones - levels) * 256), -128, 127).astype(np.int8)
    levels.flags.writeable = finer.flags.writeable = False
    return levels, finer


def _bent(levels: NDArray[np.uint16], icc: bytes, space: str) -> NDArray[np.float32]:
    """Return gray levels as sRGB in 0..1, by the library in floating point."""
    imagecodecs = load("imagecodecs", "ICC profiles of 16-bit pictures")
    ramp = levels[np.newaxis].astype(np.float32) / np.float32(WHITE)
    if space == "rgb":
        ramp = np.repeat(ramp[..., np.newaxis], 3, axis=2)
    settings = _settings(imagecodecs, space)
    bent: NDArray[np.float32] = imagecodecs.cms_transform(ramp, icc, srgb_profile(), **settings)
    return bent[0, :, 1]


def _without_steps(tones: NDArray[np.float32]) -> NDArray[np.float64]:
    """Part tones that came out as one, by straight lines between the middles of such steps.

    Of a profile that is a table, dot gain for one, the library takes 16 bits of linear light:
    several dark tones fall on one of them, which the table itself tells apart.
    """
    values, first, count = np.unique(tones, return_index=True, return_counts=True)
    middle = first + (count - 1) / 2
    if (np.diff(middle) < 0).any():  # falls and rises: nothing is known between its points
        return tones.astype(np.float64)
    return np.interp(np.arange(len(tones)), middle, values.astype(np.float64))


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
