from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tomau.color import luminance, srgb_to_lab
from tomau.color.ycbcr import (
    VideoRange,
    chroma_codes,
    convert_luma,
    decode,
    keep_lightness,
    luma_lightness,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

TELEVISION, COMPUTERS, TEN = VideoRange(), VideoRange(8, is_full=True), VideoRange(10)
# Bars of 100 % as SMPTE RP 177 and every test pattern of BT.709 have them: red, green, blue.
BARS = {(1, 0, 0): (63, 102, 240), (0, 1, 0): (173, 42, 26), (0, 0, 1): (32, 240, 118)}


def codes_of(coding: VideoRange) -> NDArray[np.int64]:
    return np.arange(coding.black, coding.white + 1)


@pytest.mark.parametrize(("rgb", "expected"), BARS.items())
def test_primaries_have_the_codes_of_test_patterns(
    rgb: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    lab = srgb_to_lab(np.array([[rgb]], np.float32))
    chroma = chroma_codes(lab[..., 0], lab[..., 1:], TELEVISION)[:, 0, 0]
    assert abs(chroma.astype(int) - expected[1:]).max() <= 1
    luma = np.array([[expected[0]]], np.uint8)
    shown = decode(luma, np.array(expected[1:], np.uint8).reshape(2, 1, 1), TELEVISION)
    assert np.abs(shown[0, 0] - rgb).max() < 0.01


def test_gray_is_as_light_as_the_same_gray_of_a_photograph() -> None:
    gray = np.arange(256, dtype=np.uint8).reshape(1, -1)
    assert np.allclose(luma_lightness(gray, COMPUTERS), luminance(gray), atol=1e-4)


@pytest.mark.parametrize("coding", [TELEVISION, COMPUTERS, TEN, VideoRange(12), VideoRange(16)])
def test_without_colour_luma_stays_to_the_last_bit(coding: VideoRange) -> None:
    every = np.arange(1 << coding.bits).astype(coding.dtype).reshape(16, -1)
    neutral = np.full((2, 16, every.shape[1]), coding.neutral, coding.dtype)
    assert (keep_lightness(every, neutral, coding) == every).all()


@pytest.mark.parametrize(("coding", "mean", "most"), [(TELEVISION, 0.15, 0.35), (TEN, 0.06, 0.3)])
def test_decoded_colour_is_as_light_as_the_gray_was(
    coding: VideoRange, mean: float, most: float
) -> None:
    random = np.random.default_rng(1)
    luma = random.choice(codes_of(coding)[8:-8], (64, 64)).astype(coding.dtype)
    l = luma_lightness(luma, coding)
    ab = random.uniform(-60, 60, (64, 64, 2)).astype(np.float32)
    chroma = chroma_codes(l, ab, coding)
    kept = keep_lightness(luma, chroma, coding)
    apart = np.abs(luminance(decode(kept, chroma, coding)) - l)
    moved = np.abs(luminance(decode(luma, chroma, coding)) - l)
    assert apart.mean() < mean < moved.mean()
    # Deep in black and white a code of colour difference alone is more than a code of light.
    assert np.percentile(apart, 99) < most


def test_lightness_holds_also_where_colour_is_sampled_coarsely() -> None:
    random = np.random.default_rng(2)
    luma = random.integers(60, 200, (30, 41)).astype(np.uint8)
    chroma = random.integers(100, 156, (2, 15, 21)).astype(np.uint8)
    kept = keep_lightness(luma, chroma, TELEVISION)
    large = chroma.repeat(2, axis=1).repeat(2, axis=2)[:, :30, :41]
    apart = np.abs(luminance(decode(kept, large, TELEVISION)) - luma_lightness(luma, TELEVISION))
    assert apart.max() < 0.35


def test_kept_luma_passes_neither_black_nor_white() -> None:
    luma = np.array([[16, 16, 235, 235]], np.uint8)
    chroma = np.array([[[60, 200, 60, 200]], [[200, 60, 60, 200]]], np.uint8)
    kept = keep_lightness(luma, chroma, TELEVISION)
    assert kept.min() >= 16
    assert kept.max() <= 235


def test_luma_goes_to_another_coding_and_back() -> None:
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    deep = convert_luma(codes, TELEVISION, TEN)
    assert (deep == codes.astype(int) * 4).all()
    assert (convert_luma(deep, TEN, TELEVISION) == codes).all()
    wide = convert_luma(codes, TELEVISION, COMPUTERS)
    assert wide[1, 0] == 0
    assert wide.flat[235] == 255
    assert convert_luma(codes, TEN, TEN) is codes


def test_decoding_undoes_coding() -> None:
    random = np.random.default_rng(3)
    rgb = random.uniform(0.2, 0.8, (40, 40, 3)).astype(np.float32)
    lab = srgb_to_lab(rgb)
    coding = VideoRange(16)
    chroma = chroma_codes(lab[..., 0], lab[..., 1:], coding)
    gray = rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    luma = np.rint(gray * (coding.white - coding.black) + coding.black).astype(np.uint16)
    assert np.abs(decode(luma, chroma, coding) - rgb).max() < 2e-3
