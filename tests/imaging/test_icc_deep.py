from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from tests.imaging.test_icc import gray_profile, profile_with, srgb_encoded
from tomau.errors import MissingExtraError
from tomau.imaging import from_srgb, output_profile, read_picture
from tomau.imaging.icc import srgb_profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

# CIE x and y of red, green, blue. Source: Adobe RGB (1998) Color Image Encoding, 4.3.1.
ADOBE_PRIMARIES = (0.64, 0.33, 1.0, 0.21, 0.71, 1.0, 0.15, 0.06, 1.0)
D65 = (0.3127, 0.3290, 1.0)


@pytest.fixture(scope="module")
def ramp_u16() -> NDArray[np.uint16]:
    return np.arange(65536, dtype=np.uint16).reshape(256, 256)


@pytest.fixture(scope="module")
def colours_u16() -> NDArray[np.uint16]:
    """Colours of the inner half of the cube, which every wide space holds within sRGB."""
    levels = np.linspace(24_000, 44_000, 9).astype(np.uint16)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1)
    return np.ascontiguousarray(cube.reshape(27, 27, 3))


def tiff(pixels: NDArray[Any], icc: bytes, **options: Any) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, metadata=None, iccprofile=icc, **options)
    return buffer.getvalue()


def adobe_rgb() -> bytes:
    profile: bytes = imagecodecs.cms_profile(
        "rgb", whitepoint=D65, primaries=ADOBE_PRIMARIES, gamma=563 / 256
    )
    return profile


def dot_gain(percent: float) -> bytes:
    """A profile of printed gray whose middle dots print larger by a share of the paper."""
    ink = 1 - np.linspace(0, 1, 1024)
    printed = ink + 4 * percent / 100 * ink * (1 - ink)
    profile: bytes = imagecodecs.cms_profile(
        "gray", whitepoint=(0.3457, 0.3585, 1.0), transferfunction=(1 - printed).astype(np.float32)
    )
    return profile


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
def test_a_gray_gamma_bends_all_65536_tones(gamma: float, ramp_u16: NDArray[np.uint16]) -> None:
    picture = read_picture(tiff(ramp_u16, gray_profile(gamma)))
    expected = srgb_encoded((ramp_u16 / 65535) ** (round(gamma * 256) / 256)) * 65535
    assert picture.pixels.ndim == 2
    assert np.abs(picture.pixels - expected).max() <= 24  # of 65535
    assert picture.icc == srgb_profile()
    assert picture.notes == ()


def test_gray_gamma_keeps_more_than_60000_tones(ramp_u16: NDArray[np.uint16]) -> None:
    picture = read_picture(tiff(ramp_u16, gray_profile(2.2)))
    assert len(np.unique(picture.pixels)) > 60_000


def test_dot_gain_is_honoured(ramp_u16: NDArray[np.uint16]) -> None:
    picture = read_picture(tiff(ramp_u16, dot_gain(20)))
    ink = 1 - ramp_u16 / 65535
    paper = 1 - (ink + 0.8 * ink * (1 - ink))  # Murray-Davies: what is left of the paper's light
    inner = (ramp_u16 > 3000) & (ramp_u16 < 62_000)
    expected = srgb_encoded(np.clip(paper, 0, 1)) * 65535
    assert np.abs(picture.pixels - expected)[inner].max() < 200
    straight = srgb_encoded(np.array(0.5)) * 65535
    assert picture.pixels[128, 0] < straight - 8000  # darker than the number says


def test_tones_that_a_table_tells_apart_stay_apart(ramp_u16: NDArray[np.uint16]) -> None:
    picture = read_picture(tiff(ramp_u16, dot_gain(20)))
    tones = picture.tones(slice(0, 256)).reshape(-1)
    assert (np.diff(tones) >= 0).all()
    # More than 16 bits of sRGB can hold: the curve is flatter than theirs in its lights.
    assert len(np.unique(tones)) > 64_000
    assert np.abs(tones * 65535 - picture.pixels.reshape(-1)).max() <= 0.51


@pytest.mark.parametrize("space", ["adobe", "p3"])
def test_wide_colours_agree_with_the_8_bit_way(space: str, colours_u16: NDArray[np.uint16]) -> None:
    icc = adobe_rgb() if space == "adobe" else output_profile("p3")
    deep = read_picture(tiff(colours_u16, icc, photometric="rgb"))
    narrow = (colours_u16 // 257).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(narrow).save(buffer, "PNG", icc_profile=icc)
    again = read_picture(tiff(narrow.astype(np.uint16) * 257, icc, photometric="rgb"))
    by_pillow = read_picture(buffer.getvalue()).pixels.astype(int)
    assert np.abs(again.pixels / 257 - by_pillow).max() <= 1.5
    assert np.abs(deep.pixels.astype(int) - colours_u16).max() > 500
    assert deep.icc == srgb_profile()


def test_adobe_rgb_by_its_formula() -> None:
    green = np.full((1, 1, 3), (26214, 39321, 26214), np.uint16)
    picture = read_picture(tiff(green, adobe_rgb(), photometric="rgb"))
    # Linear light by the power 563/256, then Adobe RGB to sRGB primaries, both of D65.
    linear = (green[0, 0] / 65535) ** (563 / 256)
    matrix = [[1.39836, -0.39836, 0], [0, 1, 0], [0, -0.04293, 1.04293]]
    expected = srgb_encoded(np.array(matrix) @ linear) * 65535
    assert np.abs(picture.pixels[0, 0] - expected).max() < 60


def test_srgb_in_other_words_changes_nothing(colours_u16: NDArray[np.uint16]) -> None:
    picture = read_picture(tiff(colours_u16, srgb_profile(), photometric="rgb"))
    np.testing.assert_array_equal(picture.pixels, colours_u16)


def test_a_profile_of_rgb_on_gray_bends_its_tones(ramp_u16: NDArray[np.uint16]) -> None:
    linear = profile_with(srgb_profile(), gamma=1.0)
    picture = read_picture(tiff(ramp_u16, linear))
    assert np.abs(picture.pixels - srgb_encoded(ramp_u16 / 65535) * 65535).max() <= 24
    same = read_picture(tiff(ramp_u16, srgb_profile()))
    np.testing.assert_array_equal(same.pixels, ramp_u16)


@pytest.mark.parametrize("icc", [b"no profile at all", gray_profile(2.2), srgb_profile()[:200]])
def test_a_profile_that_does_not_fit_is_noted(icc: bytes, colours_u16: NDArray[np.uint16]) -> None:
    picture = read_picture(tiff(colours_u16, icc, photometric="rgb"))
    np.testing.assert_array_equal(picture.pixels, colours_u16)
    assert any("ICC" in note for note in picture.notes)


def test_display_p3_out_agrees_with_pillow() -> None:
    rgb = np.random.default_rng(3).random((20, 30, 3), np.float32)
    to_p3 = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"),
        ImageCms.ImageCmsProfile(io.BytesIO(output_profile("p3"))),
        "RGB",
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    rgb_u8 = np.rint(rgb * 255).astype(np.uint8)
    expected = np.asarray(ImageCms.applyTransform(Image.fromarray(rgb_u8), to_p3)).astype(int)
    ours = from_srgb(rgb_u8.astype(np.float32) / 255, "p3") * 255
    assert np.abs(ours - expected).max() < 1.5
    assert np.abs(ours - rgb_u8).max() > 10


def test_display_p3_holds_the_primaries_it_should() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(output_profile("p3"))).profile
    assert profile.red_primary[1][:2] == pytest.approx((0.680, 0.320), abs=0.012)  # by D50
    linear = profile_with(srgb_profile(), gamma=1.0)
    assert output_profile("p3") != linear
    assert output_profile("srgb") == srgb_profile()


def test_gray_stays_gray_in_display_p3() -> None:
    gray = np.repeat(np.linspace(0, 1, 64, dtype=np.float32)[np.newaxis, :, np.newaxis], 3, 2)
    assert np.abs(from_srgb(gray, "p3") - gray).max() < 1e-3


@pytest.mark.usefixtures("without_formats")
def test_display_p3_needs_the_extra() -> None:
    output_profile.cache_clear()
    assert from_srgb(np.zeros((1, 1, 3), np.float32), "srgb").max() == 0
    with pytest.raises(MissingExtraError, match="--profile p3"):
        from_srgb(np.zeros((1, 1, 3), np.float32), "p3")
    with pytest.raises(MissingExtraError, match="--profile p3"):
        output_profile("p3")
