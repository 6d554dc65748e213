from __future__ import annotations

import numpy as np

from tomau.data import HintOptions, hint_patches


def _counts(options: HintOptions, photos: int = 4000) -> np.ndarray:
    patches = hint_patches(photos, 64, options, np.random.default_rng(0))
    return np.bincount(patches[:, 0], minlength=photos)


def test_half_of_the_photos_get_none_and_the_rest_eight_on_average() -> None:
    counts = _counts(HintOptions(many_share=0))
    assert abs((counts == 0).mean() - 0.5) < 0.03
    assert abs(counts[counts > 0].mean() - 8) < 0.5


def test_some_photos_get_many() -> None:
    few, many = _counts(HintOptions(1, many_share=0)), _counts(HintOptions(1, many_share=1))
    assert abs(many.mean() / few.mean() - 10) < 1


def test_patches_lie_inside_and_crowd_about_the_centre() -> None:
    patches = hint_patches(2000, 64, HintOptions(1), np.random.default_rng(1))
    corners, sides = patches[:, 1:3], patches[:, 3]
    assert corners.min() >= 0
    assert (corners + sides[:, np.newaxis]).max() <= 64
    assert set(sides) == set(range(1, 10))
    centres = corners + sides[:, np.newaxis] / 2
    np.testing.assert_allclose(centres.mean(axis=0), 32, atol=1)
    assert 11 < centres.std() < 16


def test_no_share_means_no_patch() -> None:
    assert hint_patches(10, 64, HintOptions(0), np.random.default_rng(0)).shape == (0, 4)
