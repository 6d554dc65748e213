from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageCms
from skimage.color import lab2rgb

from tomau.imaging import read_picture, write_picture
from tomau.imaging.icc import srgb_profile, to_srgb

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Encode = Callable[..., bytes]


def profile_with(source: bytes, *, gamma: float | None = None, swap: bool = False) -> bytes:
    """Change an RGB matrix profile: another tone curve, or its red and green primaries swapped."""
    profile = bytearray(source)
    count = int.from_bytes(profile[128:132], "big")
    entries = {}
    for index in range(count):
        start = 132 + 12 * index
        entries[bytes(profile[start : start + 4])] = (start, profile[start + 4 : start + 12])
    if swap:
        for name, other in ((b"rXYZ", b"gXYZ"), (b"gXYZ", b"rXYZ")):
            profile[entries[name][0] + 4 : entries[name][0] + 12] = entries[other][1]
    if gamma is not None:
        offset = len(profile)
        curve = b"curv\0\0\0\0" + (1).to_bytes(4, "big") + round(gamma * 256).to_bytes(2, "big")
        profile += curve + b"\0\0"
        for name in (b"rTRC", b"gTRC", b"bTRC"):
            place = offset.to_bytes(4, "big") + len(curve).to_bytes(4, "big")
            profile[entries[name][0] + 4 : entries[name][0] + 12] = place
        profile[0:4] = len(profile).to_bytes(4, "big")
    return bytes(profile)


def gray_profile(gamma: float) -> bytes:
    """The smallest profile of gray with a power curve."""
    white = b"XYZ \0\0\0\0" + bytes.fromhex("0000f6d6000100000000d32d")
    curve = b"curv\0\0\0\0" + (1).to_bytes(4, "big") + round(gamma * 256).to_bytes(2, "big")
    text = b"text\0\0\0\0gray\0"
    tags, body, offset = b"", b"", 128 + 4 + 12 * 4
    for name, data in ((b"wtpt", white), (b"kTRC", curve), (b"desc", text), (b"cprt", text)):
        padded = data + b"\0" * (-len(data) % 4)
        tags += name + offset.to_bytes(4, "big") + len(data).to_bytes(4, "big")
        body += padded
        offset += len(padded)
    header = bytearray(srgb_profile()[:128])
    header[0:4] = offset.to_bytes(4, "big")
    header[16:20] = b"GRAY"
    return bytes(header) + (4).to_bytes(4, "big") + tags + body


def srgb_encoded(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def test_an_srgb_profile_changes_no_pixel_and_stays(
    encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    picture = read_picture(encode(rgb_u8, "PNG", icc_profile=srgb_profile()))
    np.testing.assert_array_equal(picture.pixels, rgb_u8)
    assert picture.icc == srgb_profile()


def test_a_profile_with_swapped_primaries_swaps_the_channels(
    encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    swapped = profile_with(srgb_profile(), swap=True)
    picture = read_picture(encode(rgb_u8, "PNG", icc_profile=swapped))
    assert np.abs(picture.pixels.astype(int) - rgb_u8[..., [1, 0, 2]]).max() <= 2
    assert picture.icc == srgb_profile()
    assert picture.notes == ()


def test_a_linear_rgb_profile_is_honoured(encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    linear = profile_with(srgb_profile(), gamma=1.0)
    picture = read_picture(encode(rgb_u8, "PNG", icc_profile=linear))
    expected = srgb_encoded(rgb_u8 / 255) * 255
    assert np.abs(picture.pixels - expected).max() <= 1.5


@pytest.mark.parametrize("gamma", [1.0, 1.8])
def test_a_gray_profile_bends_the_tones_and_gray_stays_gray(
    gamma: float, encode: Encode, ramp_u8: NDArray[np.uint8]
) -> None:
    picture = read_picture(encode(ramp_u8, "PNG", icc_profile=gray_profile(gamma)))
    assert picture.pixels.ndim == 2
    expected = srgb_encoded((ramp_u8 / 255) ** gamma) * 255
    assert np.abs(picture.pixels - expected).max() <= 2
    assert picture.icc == srgb_profile()


def test_alpha_passes_a_profile_untouched(
    encode: Encode, rgb_u8: NDArray[np.uint8], ramp_u8: NDArray[np.uint8]
) -> None:
    linear = profile_with(srgb_profile(), gamma=1.0)
    picture = read_picture(encode(np.dstack([rgb_u8, ramp_u8]), "PNG", icc_profile=linear))
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, ramp_u8)


@pytest.mark.parametrize("profile", [b"no profile at all", srgb_profile()[:200], gray_profile(2.2)])
def test_a_profile_that_does_not_fit_is_noted_and_the_picture_read(
    profile: bytes, encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    picture = read_picture(encode(rgb_u8, "PNG", icc_profile=profile))
    np.testing.assert_array_equal(picture.pixels, rgb_u8)
    assert any("ICC" in note for note in picture.notes)
    assert picture.icc == srgb_profile()


@pytest.mark.parametrize("name", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(name: str, encode: Encode) -> None:
    inks = np.zeros((16, 16, 4), np.uint8)
    inks[..., 0] = 255  # cyan
    options = {"quality": 100} if name == "JPEG" else {}
    picture = read_picture(encode(Image.fromarray(inks, "CMYK"), name, **options))
    assert np.abs(picture.pixels.astype(int) - (0, 255, 255)).max() <= 3
    assert any("CMYK" in note for note in picture.notes)


def test_a_lab_tiff_becomes_srgb(encode: Encode) -> None:
    colours = np.array([[[60.0, 30, 0], [50, 0, -30], [80, -20, 40]]])
    lab = np.dstack([np.rint(colours[..., 0] * 2.55), colours[..., 1] % 256, colours[..., 2] % 256])
    picture = read_picture(encode(Image.fromarray(lab.astype(np.uint8), "LAB"), "TIFF"))
    # The file means D50 light, skimage D65: adaptation costs a little, a wrong sign a lot.
    expected = lab2rgb(colours, illuminant="D65") * 255
    assert np.abs(picture.pixels - expected).max() < 12


def test_the_written_profile_is_the_same_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = srgb_profile()
    srgb_profile.cache_clear()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert srgb_profile() == first
    assert ImageCms.ImageCmsProfile(io.BytesIO(first)).profile.xcolor_space == "RGB "


def test_output_carries_a_profile_only_if_the_input_did(
    encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    for profile in (None, profile_with(srgb_profile(), swap=True)):
        for name in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
            picture = read_picture(encode(rgb_u8, "PNG", icc_profile=profile))
            buffer = io.BytesIO()
            write_picture(picture, buffer, format=name)
            written = Image.open(buffer).info.get("icc_profile")
            assert written == (None if profile is None else srgb_profile())


def test_a_gray_file_gets_no_rgb_profile(encode: Encode, ramp_u8: NDArray[np.uint8]) -> None:
    picture = read_picture(encode(ramp_u8, "PNG", icc_profile=gray_profile(2.2)))
    buffer = io.BytesIO()
    write_picture(picture, buffer, format="JPEG")
    assert "icc_profile" not in Image.open(buffer).info


def test_without_a_profile_nothing_is_converted(rgb_u8: NDArray[np.uint8]) -> None:
    image = Image.fromarray(rgb_u8)
    assert to_srgb(image, None) == (image, None, None)
