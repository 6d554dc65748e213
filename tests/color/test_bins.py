from __future__ import annotations

import numpy as np

from tomau.color.bins import BIN_STEP, ab_bins, bin_grid


def test_srgb_colours_lie_between_four_bins() -> None:
    from skimage.color import rgb2lab

    low = np.floor(rgb2lab(np.random.default_rng(0).random((1, 20000, 3)))[0, :, 1:] / BIN_STEP)
    bins = {tuple(row) for row in (ab_bins() / BIN_STEP).astype(int)}
    corners = [(low + step).astype(int) for step in ((0, 0), (0, 1), (1, 0), (1, 1))]
    between = [all(tuple(c) in bins for c in four) for four in zip(*corners, strict=True)]
    assert np.mean(between) > 0.999


def test_bins_are_as_many_as_documented_and_distinct() -> None:
    assert ab_bins().shape == (305, 2)
    assert len(np.unique(ab_bins(), axis=0)) == 305


def test_grid_finds_each_bin_and_the_nearest_elsewhere() -> None:
    places = (ab_bins() / BIN_STEP + 12).astype(int)
    np.testing.assert_array_equal(bin_grid()[places[:, 0], places[:, 1]], np.arange(305))
    corner = ab_bins()[bin_grid()[0, 0]]
    distances = np.linalg.norm(ab_bins() - (-120, -120), axis=1)
    assert np.linalg.norm(corner - (-120, -120)) == distances.min()
