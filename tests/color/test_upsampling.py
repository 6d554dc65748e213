from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tomau.color import guide_sizes, guided_detail, upsample_chroma

BOX, BICUBIC = Image.Resampling.BOX, Image.Resampling.BICUBIC


def resize(planes: np.ndarray, height: int, width: int, method: Image.Resampling) -> np.ndarray:
    """Resize (H, W, C) by Pillow."""
    resized = [
        np.asarray(Image.fromarray(np.ascontiguousarray(plane)).resize((width, height), method))
        for plane in np.moveaxis(planes, -1, 0)
    ]
    return np.stack(resized, axis=-1)


def rmse(ab: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((ab - truth) ** 2)))


def smooth_chroma(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    a = 30 * np.sin(2 * np.pi * (rows + 0.5) / height)
    b = 40 * np.cos(2 * np.pi * (columns + 0.5) / width)
    return np.stack([a, b], axis=-1).astype(np.float32)


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_luminance_brings_back_more_than_bicubic(photo_lab: np.ndarray, factor: int) -> None:
    l, ab = photo_lab[..., 0], photo_lab[..., 1:]
    height, width = l.shape
    ab_low = resize(ab, height // factor, width // factor, BOX)
    bicubic = rmse(resize(ab_low, height, width, BICUBIC), ab)
    assert rmse(upsample_chroma(ab_low, l), ab) < 0.94 * bicubic


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_reduced_again_it_is_nearly_what_came(photo_lab: np.ndarray, factor: int) -> None:
    height, width = photo_lab.shape[:2]
    ab_low = resize(photo_lab[..., 1:], height // factor, width // factor, BOX)
    full = upsample_chroma(ab_low, photo_lab[..., 0])
    back = resize(full, *ab_low.shape[:2], BOX)
    bicubic = resize(resize(ab_low, height, width, BICUBIC), *ab_low.shape[:2], BOX)
    assert rmse(back, ab_low) < 0.5 * rmse(bicubic, ab_low)


def test_without_luminance_detail_smooth_chroma_comes_back() -> None:
    truth = smooth_chroma(120, 160)
    flat = np.full((120, 160), 50, np.float32)
    ab = upsample_chroma(resize(truth, 30, 40, BOX), flat)
    assert rmse(ab[8:-8, 8:-8], truth[8:-8, 8:-8]) < 0.1


def test_texture_of_luminance_leaves_unrelated_chroma_alone() -> None:
    """Grain in a photograph may not become coloured grain."""
    ab_low = resize(smooth_chroma(128, 128), 32, 32, BOX)
    flat = np.full((128, 128), 50, np.float32)
    grain = np.random.default_rng(3).normal(0, 8, flat.shape).astype(np.float32)
    difference = upsample_chroma(ab_low, flat + grain) - upsample_chroma(ab_low, flat)
    assert np.sqrt(np.mean(difference**2)) < 0.25


@pytest.mark.parametrize(
    ("low", "full"),
    [
        ((1, 1), (1, 1)),
        ((1, 1), (7, 5)),
        ((1, 1), (300, 200)),
        ((1, 9), (1, 40)),
        ((9, 1), (40, 1)),
        ((2, 3), (1, 1)),
        ((32, 48), (32, 48)),
        ((32, 48), (20, 31)),
        ((32, 48), (20, 200)),
        ((32, 48), (33, 49)),
        ((32, 48), (75, 101)),
        ((3, 64), (5, 2000)),
        ((256, 2), (1000, 3)),
    ],
)
def test_any_size_goes_and_one_colour_stays_one_colour(
    low: tuple[int, int], full: tuple[int, int]
) -> None:
    l = np.random.default_rng(0).uniform(0, 100, full).astype(np.float32)
    ab_low = np.broadcast_to(np.array([12.5, -31.0], np.float32), (*low, 2))
    ab = upsample_chroma(ab_low, l)
    assert ab.shape == (*full, 2)
    assert ab.dtype == np.float32
    np.testing.assert_allclose(ab, np.broadcast_to([12.5, -31.0], ab.shape), atol=1e-3)


def test_larger_chroma_than_the_picture_is_averaged() -> None:
    ab_low = np.random.default_rng(2).uniform(-50, 50, (40, 60, 2)).astype(np.float32)
    l = np.full((10, 15), 40, np.float32)
    expected = ab_low.reshape(10, 4, 15, 4, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(upsample_chroma(ab_low, l), expected, atol=0.5)


def test_the_answer_turns_with_the_picture(photo_lab: np.ndarray) -> None:
    ab_low, l = resize(photo_lab[..., 1:], 40, 56, BOX), photo_lab[..., 0]
    upright = upsample_chroma(ab_low, l)
    turned = upsample_chroma(ab_low.transpose(1, 0, 2), l.T).transpose(1, 0, 2)
    mirrored = upsample_chroma(ab_low[:, ::-1], l[:, ::-1])[:, ::-1]
    np.testing.assert_allclose(turned, upright, atol=2e-3)
    np.testing.assert_allclose(mirrored, upright, atol=2e-3)


def test_shifting_all_colours_shifts_the_answer(photo_lab: np.ndarray) -> None:
    ab_low, l = resize(photo_lab[..., 1:], 32, 48, BOX), photo_lab[..., 0]
    shift = np.array([10, -20], np.float32)
    shifted = upsample_chroma(ab_low + shift, l)
    np.testing.assert_allclose(shifted, upsample_chroma(ab_low, l) + shift, atol=2e-2)


def test_the_input_is_left_alone(photo_lab: np.ndarray) -> None:
    ab_low, l = resize(photo_lab[..., 1:], 32, 48, BOX), photo_lab[..., 0].copy()
    before_ab, before_l = ab_low.copy(), l.copy()
    upsample_chroma(ab_low, l)
    np.testing.assert_array_equal(ab_low, before_ab)
    np.testing.assert_array_equal(l, before_l)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(1, 90),
    st.integers(1, 90),
    st.integers(0, 2**32 - 1),
)
def test_noise_of_any_size_stays_finite_and_bounded(
    h: int, w: int, height: int, width: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    l = random.uniform(0, 100, (height, width)).astype(np.float32)
    ab_low = random.uniform(-110, 110, (h, w, 2)).astype(np.float32)
    ab = upsample_chroma(ab_low, l)
    assert ab.shape == (height, width, 2)
    assert np.isfinite(ab).all()
    assert np.abs(ab).max() < 1000


@pytest.mark.parametrize(
    ("full", "steps"), [((256, 384), 1), ((700, 1050), 1), ((1000, 1500), 2), ((3153, 3806), 3)]
)
def test_chroma_goes_by_equal_steps(full: tuple[int, int], steps: int) -> None:
    sizes = [*guide_sizes((256, 309 if steps == 3 else 384), full), full]
    assert len(sizes) == steps + 1
    factors = [after[0] / before[0] for before, after in pairwise(sizes)]
    assert max(factors) <= 2.84
    assert max(factors) / min(factors) < 1.01


@pytest.mark.parametrize("full", [(8000, 12_500), (24_000, 25_000), (50, 400_000)])
def test_what_is_prepared_of_a_large_picture_stays_small(full: tuple[int, int]) -> None:
    sizes = guide_sizes((256, 400), full)
    assert all(height * width <= 6_010_000 for height, width in sizes)
    assert all(size <= after for size, after in pairwise(sizes))
    assert sizes[-1][0] <= full[0]
    assert sizes[-1][1] <= full[1]


def test_grain_of_chroma_goes_and_its_edges_stay(photo_lab: np.ndarray) -> None:
    l = np.ascontiguousarray(photo_lab[..., 0])
    ab = np.ascontiguousarray(photo_lab[..., 1:])
    grain = np.random.default_rng(0).normal(0, 15, ab.shape).astype(np.float32)
    calm = guided_detail(ab + grain, l, 8)
    assert calm.shape == ab.shape
    assert calm.dtype == np.float32
    assert rmse(calm, ab) < 0.7 * rmse(ab + grain, ab)
    height, width = l.shape
    cells = resize(ab, round(height / 8), round(width / 8), BOX)
    assert rmse(guided_detail(ab, l, 8), ab) < rmse(resize(cells, height, width, BICUBIC), ab)


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (130, 61)])
def test_chroma_of_one_colour_is_left_as_it_is(shape: tuple[int, int]) -> None:
    l = np.random.default_rng(1).uniform(0, 100, shape).astype(np.float32)
    ab = np.broadcast_to(np.float32([20, -30]), (*shape, 2))
    np.testing.assert_allclose(guided_detail(ab, l, 8), ab, atol=1e-3)
    assert guided_detail(ab, l, 1) is ab
