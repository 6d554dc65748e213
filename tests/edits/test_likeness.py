from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.edits.network import HandMade
from tomau.color.bins import ab_bins
from tomau.edits.likeness import bounds, covariance, doubt, expected_colors
from tomau.errors import UsageError
from tomau.runtime.prediction import Prediction


def two_sorts() -> Prediction:
    """A picture whose left half is held for colours 0 and 1, its right for 1 and 2."""
    classes = np.full((8, 12, 305), -40, np.float32)
    classes[:, :, 1] = 0
    classes[:, :6, 0] = classes[:, 6:, 2] = 0
    ab = np.zeros((60, 90, 2), np.float32)
    return Prediction(np.full((60, 90), 50, np.float32), ab, np.zeros((16, 24, 34)), None, classes)


def test_rows_are_roots_of_shares_and_their_product_the_overlap() -> None:
    colors = expected_colors(two_sorts())
    np.testing.assert_allclose((colors**2).sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(colors[0] @ colors[11], 0.5, atol=1e-6)
    np.testing.assert_allclose(colors[0, :3] ** 2, (0.5, 0.5, 0), atol=1e-6)


def test_a_change_keeps_to_what_looks_like_its_place() -> None:
    marked = np.zeros((60, 90), bool)
    marked[20:24, 10:14] = True
    share = bounds(two_sorts(), marked, 0.25)
    assert share.shape == (60, 90, 1)
    np.testing.assert_allclose(share[:, :40], 1, atol=1e-6)
    np.testing.assert_allclose(share[:, 56:], np.exp(-2), atol=1e-5)


def test_marks_in_both_sorts_bind_nothing() -> None:
    marked = np.zeros((60, 90), bool)
    marked[5, 5] = marked[59, 89] = True
    np.testing.assert_allclose(bounds(two_sorts(), marked, 0.05), 1, atol=1e-5)


def test_a_network_without_a_distribution_is_told() -> None:
    prediction = replace(HandMade()(np.zeros((32, 32), np.float32)), classes=None)
    with pytest.raises(UsageError, match="by a model that tells no features"):
        expected_colors(prediction)


def test_covariance_is_that_of_numpy() -> None:
    random = np.random.default_rng(0)
    weights = random.dirichlet(np.ones(7), 3).astype(np.float32)
    colors = random.normal(0, 30, (7, 2)).astype(np.float32)
    expected = [np.cov(colors.T, aweights=row, ddof=0) for row in weights]
    np.testing.assert_allclose(covariance(weights, colors), expected, rtol=1e-3, atol=0.05)


def test_doubt_is_along_the_colours_that_are_possible() -> None:
    classes = np.full((1, 2, 305), -30.0, np.float32)
    for ab in ((-40, 20), (40, 20)):
        classes[0, 0, np.linalg.norm(ab_bins() - ab, axis=1).argmin()] = 0
    classes[0, 1, 0] = 0
    said = Prediction(np.zeros((8, 16), np.float32), np.zeros((8, 16, 2), np.float32),
                      classes=classes)  # fmt: skip
    np.testing.assert_allclose(doubt(said), [[[1600, 0], [0, 0]], np.zeros((2, 2))], atol=1)
