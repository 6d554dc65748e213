from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from skimage.color import gray2rgb, rgb2lab

from tomau.color import luminance
from tomau.errors import UsageError

RANDOM = np.random.default_rng(1)


def of_type(pixels: np.ndarray, dtype: type[Any]) -> np.ndarray:
    """Pixels in 0..1 as uint8, uint16 or floating point."""
    if not np.issubdtype(dtype, np.integer):
        return pixels.astype(dtype)
    return np.rint(pixels * np.iinfo(dtype).max).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(37, 23), (37, 23, 3)])
def test_lightness_is_scikit_images(dtype: type[Any], shape: tuple[int, ...]) -> None:
    pixels = of_type(RANDOM.random(shape), dtype)
    expected = rgb2lab(gray2rgb(pixels) if len(shape) == 2 else pixels)[..., 0]
    l = luminance(pixels)
    assert l.dtype == np.float32
    np.testing.assert_allclose(l, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_gray_pixel_is_as_light_as_the_same_rgb_pixel(dtype: type[Any]) -> None:
    gray = of_type(np.linspace(0, 1, 65536).reshape(256, 256), dtype)
    np.testing.assert_array_equal(luminance(gray), luminance(np.dstack([gray] * 3)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_black_is_0_white_is_100_and_all_codes_between_rise(dtype: type[Any]) -> None:
    l = luminance(np.arange(np.iinfo(dtype).max + 1, dtype=dtype)[np.newaxis])[0]
    assert l[0] == pytest.approx(0, abs=1e-5)
    assert l[-1] == pytest.approx(100, abs=2e-5)
    assert np.all(np.diff(l) > 0)


def test_a_read_only_picture_and_a_mirrored_view_are_taken() -> None:
    pixels = of_type(RANDOM.random((9, 11, 3)), np.uint8)
    pixels.setflags(write=False)
    np.testing.assert_array_equal(luminance(pixels[:, ::-1]), luminance(pixels)[:, ::-1])


def test_luminance_leaves_its_input_alone() -> None:
    for dtype in (np.uint8, np.float32):
        pixels = of_type(RANDOM.random((9, 11, 3)), dtype)
        before = pixels.copy()
        luminance(pixels)
        np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), np.int32),
        np.zeros((4, 4), bool),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 1), np.uint8),
        np.zeros(4, np.uint8),
        np.array([[0.5, np.nan]]),
    ],
)
def test_what_is_no_picture_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(UsageError, match="expected"):
        luminance(pixels)
