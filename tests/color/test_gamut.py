from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import rgb2lab

from tomau.color import compose_float, fit_chroma, lab_to_srgb

# Linear light may leave 0..1 by 1e-6 below and 2e-4 above before it counts as outside.
BELOW, ABOVE = -2e-5, 1 + 2e-4


def every_colour(chroma: float) -> tuple[np.ndarray, np.ndarray]:
    """All L* by all hues at one chroma: l (101, 144) and ab (101, 144, 2)."""
    l, hue = np.meshgrid(np.arange(101.0), np.linspace(0, 2 * np.pi, 144), indexing="ij")
    ab = chroma * np.stack([np.cos(hue), np.sin(hue)], axis=-1)
    return l.astype(np.float32), ab.astype(np.float32)


def lab_of(l: np.ndarray, ab: np.ndarray) -> np.ndarray:
    return np.concatenate([l[..., np.newaxis], ab], axis=-1)


def test_colours_of_a_picture_come_back_unchanged(photo_lab: np.ndarray) -> None:
    ab = photo_lab[..., 1:]
    np.testing.assert_array_equal(fit_chroma(photo_lab[..., 0], ab), ab)


@pytest.mark.parametrize("chroma", [20, 60, 110, 180])
def test_fitted_colours_are_inside_with_their_hue_kept(chroma: float) -> None:
    l, ab = every_colour(chroma)
    fitted = fit_chroma(l, ab)
    rgb = lab_to_srgb(lab_of(l, fitted))
    assert rgb.min() > BELOW
    assert rgb.max() < ABOVE
    across = fitted[..., 0] * ab[..., 1] - fitted[..., 1] * ab[..., 0]
    np.testing.assert_allclose(across / chroma, 0, atol=1e-3)
    assert np.all(np.sum(fitted * ab, axis=-1) >= 0)
    assert np.all(np.hypot(*np.moveaxis(fitted, -1, 0)) <= chroma * (1 + 1e-6))


def test_no_chroma_is_given_away() -> None:
    l, ab = every_colour(130)
    l, ab = l[5:96], ab[5:96]
    fitted = fit_chroma(l, ab)
    reduced = np.abs(fitted - ab).max(axis=-1) > 0
    rgb = lab_to_srgb(lab_of(l, fitted * np.float32(1.01)))
    outside = (rgb.min(axis=-1) < 0) | (rgb.max(axis=-1) > 1)
    assert reduced.mean() > 0.9
    assert outside[reduced].all()


@pytest.mark.parametrize("chroma", [0, 30, 80, 176, 250])
def test_float_output_keeps_the_luminance(chroma: float) -> None:
    l, ab = every_colour(chroma)
    rgb = compose_float(l, ab)
    assert rgb.dtype == np.float32
    assert rgb.min() >= 0
    assert rgb.max() <= 1
    assert np.abs(rgb2lab(rgb.astype(np.float64))[..., 0] - l).max() < 0.01


def test_black_and_white_take_no_colour() -> None:
    l = np.array([[0, 100]], np.float32)
    ab = np.full((1, 2, 2), 60, np.float32)
    np.testing.assert_allclose(compose_float(l, ab), [[[0, 0, 0], [1, 1, 1]]], atol=2e-5)


@given(st.floats(0, 100, width=32), st.floats(-176, 176, width=32), st.floats(-176, 176, width=32))
def test_any_colour_keeps_its_luminance(l: float, a: float, b: float) -> None:
    rgb = compose_float(np.array([[l]], np.float32), np.array([[[a, b]]], np.float32))
    assert abs(rgb2lab(rgb.astype(np.float64))[0, 0, 0] - l) < 0.01


def test_fitting_leaves_its_input_alone() -> None:
    l, ab = every_colour(120)
    before = ab.copy()
    fit_chroma(l, ab)
    compose_float(l, ab)
    np.testing.assert_array_equal(ab, before)
