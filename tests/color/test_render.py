from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from skimage.color import rgb2lab

from tomau.color import (
    StripRenderer,
    compose_float,
    guide_sizes,
    luminance,
    reduce_by_area,
    render,
    render_float,
    render_u8,
    upsample_chroma,
)

Renderer = Callable[..., np.ndarray]
RENDERERS = [render_u8, render_float]


@pytest.fixture
def ab_low() -> np.ndarray:
    """Chroma of all hues, some beyond the gamut, (32, 48, 2)."""
    rows, columns = np.mgrid[0:32, 0:48]
    chroma = 15 + 2.5 * rows
    hue = columns / 5
    return np.stack([chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1).astype(np.float32)


@pytest.mark.parametrize("draw", RENDERERS)
@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("strip_pixels", [1, 192, 192 * 7, 192 * 50])
def test_strips_leave_no_seam(
    photo_lab: np.ndarray,
    ab_low: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    draw: Renderer,
    strip_pixels: int,
    gray: bool,
) -> None:
    l = np.ascontiguousarray(photo_lab[..., 0])
    if gray:
        l = luminance((l * 2.55).astype(np.uint8))
    monkeypatch.setattr(render, "_LEAST_ROWS", 1)
    monkeypatch.setattr(render, "_STRIP_PIXELS", l.size)
    whole = draw(l, ab_low, strength=1.3)
    monkeypatch.setattr(render, "_STRIP_PIXELS", strip_pixels)
    difference = np.abs(draw(l, ab_low, strength=1.3).astype(float) - whole)
    # BLAS may round the last bit another way when it is given another number of rows, and then
    # the search for the largest chroma end one step of 1/4096 away.
    assert difference.max() <= (1 if draw is render_u8 else 2e-3)
    assert np.mean(difference > 1e-5) < 1e-3


@pytest.mark.parametrize("draw", RENDERERS)
def test_the_number_of_threads_changes_nothing(
    photo_lab: np.ndarray, ab_low: np.ndarray, draw: Renderer
) -> None:
    l = np.ascontiguousarray(photo_lab[..., 0])
    one = draw(l, ab_low, threads=1)
    np.testing.assert_array_equal(draw(l, ab_low, threads=3), one)
    np.testing.assert_array_equal(draw(l, ab_low), one)


@pytest.mark.parametrize("strength", [0.0, 1.0, 1.6])
def test_the_luminance_is_sacred(
    photo_lab: np.ndarray, ab_low: np.ndarray, strength: float
) -> None:
    l = np.ascontiguousarray(photo_lab[..., 0])
    in_float = render_float(l, ab_low, strength=strength)
    assert in_float.dtype == np.float32
    assert np.abs(rgb2lab(in_float.astype(np.float64))[..., 0] - l).max() < 0.01
    in_u8 = render_u8(l, ab_low, strength=strength)
    assert in_u8.dtype == np.uint8
    error = np.abs(rgb2lab(in_u8)[..., 0] - l)
    assert error.mean() < 0.05
    assert error.max() < 0.5


@pytest.mark.parametrize("strength", [0.0, 1.0, 1.6])
def test_the_luminance_of_8_bit_gray_is_sacred(
    photo: np.ndarray, ab_low: np.ndarray, strength: float
) -> None:
    gray_u8 = np.ascontiguousarray(photo[..., 1])
    l = luminance(gray_u8)
    error = np.abs(rgb2lab(render_u8(l, ab_low, strength=strength))[..., 0] - l)
    assert error.mean() < 0.05
    assert error.max() < 0.5


def test_8_bit_gray_takes_the_colours_of_any_gray(photo: np.ndarray, ab_low: np.ndarray) -> None:
    l = luminance(np.ascontiguousarray(photo[..., 1]))
    mild = ab_low * np.float32(0.3)
    other = l.copy()
    other[:, 0] += np.float32(0.001)  # no pixel of it is finished by the table
    by_table, by_colours = render_u8(l, mild).astype(int), render_u8(other, mild)
    # Chroma is a quarter of a unit off, and rounding may then fall the other way.
    assert np.abs(by_table - by_colours).mean() < 0.5
    assert np.abs(by_table - by_colours)[..., 1].max() <= 1


def test_gray_that_is_known_is_not_looked_for(
    photo: np.ndarray, ab_low: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    gray = np.ascontiguousarray(photo[..., 1])
    l, rows = luminance(gray), slice(0, len(gray))
    guide = reduce_by_area(l.__getitem__, l.shape, guide_sizes(ab_low.shape[:2], l.shape)[-1])
    renderer = StripRenderer(ab_low, guide, l.shape)
    out = np.empty((*gray.shape, 3), np.uint8)
    monkeypatch.delattr(render, "as_gray")
    renderer.write_u8(l, rows, out, gray)
    monkeypatch.undo()
    np.testing.assert_array_equal(out, render_u8(l, ab_low))


def test_rendering_is_upsampling_scaling_and_composing(
    photo_lab: np.ndarray, ab_low: np.ndarray
) -> None:
    l = np.ascontiguousarray(photo_lab[..., 0])
    mild = ab_low * np.float32(0.2)
    by_hand = compose_float(l, upsample_chroma(mild, l) * np.float32(1.5))
    np.testing.assert_allclose(render_float(l, mild, strength=1.5), by_hand, atol=1e-4)


def test_8_bits_are_the_floats_within_two_codes(photo_lab: np.ndarray, ab_low: np.ndarray) -> None:
    l = np.ascontiguousarray(photo_lab[..., 0])
    difference = render_u8(l, ab_low) - render_float(l, ab_low) * 255
    assert np.abs(difference).max() < 3
    assert np.abs(difference[..., 1]).max() < 0.6


def test_strength_0_gives_the_gray_picture_back() -> None:
    gray_u8 = np.random.default_rng(4).integers(0, 256, (60, 80), np.uint8)
    ab_low = np.full((8, 10, 2), 55, np.float32)
    rgb_u8 = render_u8(luminance(gray_u8), ab_low, strength=0.0)
    np.testing.assert_array_equal(rgb_u8, np.dstack([gray_u8] * 3))


def test_strength_multiplies_chroma() -> None:
    l = np.full((40, 40), 60, np.float32)
    ab_low = np.full((10, 10, 2), [12, -8], np.float32)
    lab = rgb2lab(render_float(l, ab_low, strength=1.5).astype(np.float64))
    np.testing.assert_allclose(lab[..., 1:], np.broadcast_to([18, -12], (40, 40, 2)), atol=0.02)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (5, 30_000), (3000, 3)])
def test_odd_sizes_are_rendered(shape: tuple[int, int]) -> None:
    l = np.random.default_rng(0).uniform(0, 100, shape).astype(np.float32)
    ab_low = np.full((2, 3, 2), 20, np.float32)
    assert render_u8(l, ab_low).shape == (*shape, 3)
    assert render_float(l, ab_low).shape == (*shape, 3)


def test_black_and_white_stay_pure() -> None:
    l = np.repeat(np.array([[0, 100]], np.float32), 4, axis=0)
    rgb_u8 = render_u8(l, np.full((2, 2, 2), 80, np.float32), strength=1.6)
    np.testing.assert_array_equal(rgb_u8[:, 0], 0)
    np.testing.assert_array_equal(rgb_u8[:, 1], 255)
