from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import lab2rgb, rgb2lab

from tomau.color import (
    denormalize_ab,
    denormalize_l,
    lab_to_srgb,
    normalize_ab,
    normalize_l,
    srgb_to_lab,
)
from tomau.color.spaces import linear_to_srgb, srgb_to_linear
from tomau.errors import UsageError

RANDOM = np.random.default_rng(0)
CUBE = np.stack(np.meshgrid(*[np.linspace(0, 1, 18)] * 3, indexing="ij"), axis=-1)
EDGES = np.concatenate(
    [
        np.eye(3),
        1 - np.eye(3),
        np.repeat(np.arange(256)[:, np.newaxis] / 255, 3, axis=1),
        np.repeat(np.array([[0.0], [1e-6], [0.04044], [0.04045], [0.04046], [1.0]]), 3, axis=1),
        np.eye(3) * 0.04045,
        np.eye(3) / 255,
    ]
)


@pytest.mark.parametrize(
    "rgb",
    [RANDOM.random((210, 200, 3)), RANDOM.random((5000, 3)) * 0.05, CUBE, EDGES],
    ids=["random", "dark", "cube", "edges"],
)
def test_lab_is_scikit_images(rgb: np.ndarray) -> None:
    lab = srgb_to_lab(rgb.astype(np.float32))
    assert lab.dtype == np.float32
    assert lab.shape == rgb.shape
    np.testing.assert_allclose(lab, rgb2lab(rgb), rtol=0, atol=1e-4)


@pytest.mark.parametrize("rgb", [RANDOM.random((90, 70, 3)), CUBE, EDGES])
def test_srgb_is_scikit_images_and_comes_back(rgb: np.ndarray) -> None:
    lab = rgb2lab(rgb)
    back = lab_to_srgb(lab)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, lab2rgb(lab), rtol=0, atol=1e-4)
    np.testing.assert_allclose(back, rgb, rtol=0, atol=1e-4)


def test_colours_outside_the_gamut_are_not_clipped() -> None:
    lab = np.array([[50.0, 110.0, 60.0], [90.0, -100.0, 90.0], [20.0, 60.0, -100.0]], np.float32)
    rgb = lab_to_srgb(lab)
    assert rgb.min() < 0
    assert rgb.max() > 1
    np.testing.assert_allclose(srgb_to_lab(rgb), lab, rtol=0, atol=2e-2)


def test_float64_input_gives_the_same_float32_lab() -> None:
    rgb = RANDOM.random((40, 3)).astype(np.float32)
    np.testing.assert_array_equal(srgb_to_lab(rgb), srgb_to_lab(rgb.astype(np.float64)))


def test_one_pixel_and_a_stack_of_pictures_have_their_shapes_kept() -> None:
    assert srgb_to_lab(np.zeros(3, np.float32)).shape == (3,)
    assert lab_to_srgb(np.zeros((2, 5, 4, 3), np.float32)).shape == (2, 5, 4, 3)


@pytest.mark.parametrize(
    "pixels", [np.zeros((4, 4)), np.zeros((4, 4, 4)), np.zeros((4, 4, 3), np.uint8)]
)
def test_what_is_not_float_rgb_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(UsageError, match="expected floating point with three channels"):
        srgb_to_lab(pixels)


@given(st.floats(0, 1, width=32))
def test_the_transfer_curve_and_its_inverse_cancel(value: float) -> None:
    linear = srgb_to_linear(np.array([value], np.float32))
    assert 0 <= linear[0] <= 1
    assert linear_to_srgb(linear)[0] == pytest.approx(value, abs=2e-6)


def test_the_study_normalises_to_minus_one_to_one() -> None:
    l = np.array([0, 50, 100], np.float32)
    ab = np.array([-110, 0, 55], np.float32)
    np.testing.assert_allclose(normalize_l(l), [-1, 0, 1], atol=1e-6)
    np.testing.assert_allclose(normalize_ab(ab), [-1, 0, 0.5], atol=1e-6)
    np.testing.assert_allclose(denormalize_l(normalize_l(l)), l, atol=1e-5)
    np.testing.assert_allclose(denormalize_ab(normalize_ab(ab)), ab, atol=1e-5)
    assert normalize_l(l).dtype == normalize_ab(ab).dtype == np.float32
