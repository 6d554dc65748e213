"""Colour profiles: what a file's numbers mean, brought to sRGB before anything else sees them."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from collections.abc import Callable

_SPACES = {"L": ("GRAY", "RGB"), "RGB": ("RGB",), "CMYK": ("CMYK",), "LAB": ("Lab",)}
_PILLOW_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK", "Lab": "LAB"}
# Bytes of a profile's header.
_COLOUR_SPACE = slice(16, 20)
_CREATION_DATE = slice(24, 36)
# A profile that moves no colour by more than this many code values says sRGB in other words.
_SAME = 1


def to_srgb(image: Image.Image, icc: bytes | None) -> tuple[Image.Image, bytes | None, str | None]:
    """Convert an L, RGB, CMYK or LAB image by its profile to L or RGB in sRGB.

    Answers the image, the profile that its file should carry from now on (None without ``icc``;
    ``icc`` itself where that is sRGB already), and a note where something had to be guessed.
    """
    if icc is None:
        guessed = "CMYK without an ICC profile: colours converted by the plain formula"
        return _without_profile(image), None, guessed if image.mode == "CMYK" else None
    try:
        convert = _conversion(icc, image.mode)
        if convert is not None:
            return convert(image), srgb_profile(), None
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        note = "unusable ICC profile left aside: colours taken as if there were none"
        return _without_profile(image), srgb_profile(), note
    return image, icc if icc[_COLOUR_SPACE] == b"RGB " else srgb_profile(), None


def _without_profile(image: Image.Image) -> Image.Image:
    if image.mode == "LAB":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        return _apply(_transform(profile, "LAB"), image)
    return image.convert("RGB") if image.mode == "CMYK" else image


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """An sRGB profile of under 600 bytes, the same ones on every run."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # The library writes the time of day here, which would make every output differ.
    profile[_CREATION_DATE] = bytes.fromhex("07e800010001000000000000")
    return bytes(profile)


@lru_cache(maxsize=16)
def _conversion(icc: bytes, mode: str) -> Callable[[Image.Image], Image.Image] | None:
    """The way from a profile to sRGB for images of a mode, None where nothing would change.

    Cached, because the photos of a folder mostly share one profile and building is slow.
    """
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    space = profile.profile.xcolor_space.strip()
    if space not in _SPACES[mode]:
        raise ValueError(f"a profile of {space} in a picture of {mode}")
    if mode == "L":
        exact = ImageCms.Flags.NOOPTIMIZE  # the short cuts are coarse in the darks of linear gray
        return _tone_curve(_transform(profile, _PILLOW_MODES[space], exact), space)
    transform = _transform(profile, _PILLOW_MODES[space])
    if mode == "RGB" and _changes_nothing(transform):
        return None
    # The result is a new image: applied in place, a caller's own picture would change.
    return lambda image: _apply(transform, image)


def _transform(
    profile: ImageCms.ImageCmsProfile, mode: str, extra_flags: int = 0
) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION | extra_flags,
    )


def _apply(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    if converted is None:
        raise ValueError("the profile gave no picture")
    return converted


def _tone_curve(
    transform: ImageCms.ImageCmsTransform, space: str
) -> Callable[[Image.Image], Image.Image] | None:
    """Gray stays one channel: a profile can only bend its tones, which a table of 256 does."""
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis])
    bent = _apply(transform, ramp if space == "GRAY" else ramp.convert("RGB")).getchannel("G")
    curve = np.asarray(bent)[0].astype(int)
    if np.abs(curve - np.arange(256)).max() <= _SAME:
        return None
    table = curve.tolist()
    return lambda image: image.point(table)


@lru_cache(maxsize=16)
def profile_changes_nothing(icc: bytes) -> bool:
    """Whether a profile of RGB says sRGB, be it in other words.

    Raises:
        ImageCms.PyCMSError, OSError, TypeError, ValueError: it is damaged.
    """
    return _conversion(icc, "RGB") is None


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether a transform leaves a 17 x 17 x 17 sampling of the RGB cube as it is."""
    levels = np.linspace(0, 255, 17).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(17, -1, 3)
    moved = np.asarray(_apply(transform, Image.fromarray(cube))).astype(int)
    return bool(np.abs(moved - cube).max() <= _SAME)
