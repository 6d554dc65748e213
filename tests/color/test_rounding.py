from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from tomau.color import compose_float, compose_u8, luminance


def luminance_error(rgb_u8: np.ndarray, l: np.ndarray) -> np.ndarray:
    """Distance in L*, measured by scikit-image."""
    return np.abs(rgb2lab(rgb_u8)[..., 0] - l)


def plain_rounding(rgb: np.ndarray) -> np.ndarray:
    return np.rint(rgb * 255).astype(np.uint8)


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0, 1.6, 4.0])
def test_8_bits_keep_the_luminance(photo_lab: np.ndarray, strength: float) -> None:
    l, ab = photo_lab[..., 0], photo_lab[..., 1:] * np.float32(strength)
    error = luminance_error(compose_u8(l, ab), l)
    assert error.mean() < 0.05
    assert error.max() < 0.5


@pytest.mark.parametrize("chroma", [10, 40, 90])
def test_every_lightness_and_hue_keeps_its_luminance(chroma: float) -> None:
    l, hue = np.meshgrid(np.linspace(0, 100, 401), np.linspace(0, 2 * np.pi, 300), indexing="ij")
    l = l.astype(np.float32)
    ab = (chroma * np.stack([np.cos(hue), np.sin(hue)], axis=-1)).astype(np.float32)
    error = luminance_error(compose_u8(l, ab), l)
    assert error.mean() < 0.05
    assert error.max() < 0.5


def test_carrying_beats_plain_rounding_five_times(photo_lab: np.ndarray) -> None:
    # Fractions of a code in all channels, as predicted chroma has them.
    l, ab = photo_lab[..., 0], photo_lab[..., 1:] * np.float32(0.83)
    plain = luminance_error(plain_rounding(compose_float(l, ab)), l).mean()
    carried = luminance_error(compose_u8(l, ab), l).mean()
    assert carried < plain / 5


def test_no_channel_moves_by_more_than_two_codes(photo_lab: np.ndarray) -> None:
    l, ab = photo_lab[..., 0], photo_lab[..., 1:] * np.float32(1.3)
    plain = plain_rounding(compose_float(l, ab)).astype(int)
    # The table of codes may round a tie the other way.
    moved = np.abs(compose_u8(l, ab) - plain).reshape(-1, 3).max(axis=0)
    assert moved[1] <= 1
    assert moved.max() <= 3
    assert np.mean(np.abs(compose_u8(l, ab) - plain) > 2) < 1e-3


def test_a_picture_of_8_bits_comes_back_to_its_codes(
    photo: np.ndarray, photo_lab: np.ndarray
) -> None:
    back = compose_u8(photo_lab[..., 0], photo_lab[..., 1:])
    np.testing.assert_array_equal(back, photo)


def test_gray_without_chroma_stays_the_same_gray() -> None:
    gray_u8 = np.arange(256, dtype=np.uint8)[np.newaxis]
    rgb_u8 = compose_u8(luminance(gray_u8), np.zeros((1, 256, 2), np.float32))
    assert rgb_u8.dtype == np.uint8
    np.testing.assert_array_equal(rgb_u8, np.dstack([gray_u8] * 3))
