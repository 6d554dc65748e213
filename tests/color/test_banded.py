from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tomau.color.banded import (
    Taps,
    area_taps,
    by_columns,
    by_rows,
    cubic_taps,
    filter_plane,
    symmetric_taps,
)

RANDOM = np.random.default_rng(7)


def dense(taps: Taps) -> np.ndarray:
    """The matrix of a filter, entry by entry."""
    matrix = np.zeros((len(taps.index), taps.inputs))
    for output, (places, weights) in enumerate(zip(taps.index, taps.weight, strict=True)):
        for place, weight in zip(places, weights, strict=True):
            matrix[output, place] += weight
    return matrix


@pytest.mark.parametrize("inputs", [1, 2, 5, 40, 333])
@pytest.mark.parametrize("outputs", [1, 3, 16, 100, 777])
def test_rows_and_columns_are_products_with_the_whole_matrix(outputs: int, inputs: int) -> None:
    taps = cubic_taps(outputs, inputs).after(symmetric_taps(inputs, 1.2, -0.1))
    planes = RANDOM.normal(size=(2, inputs, 9)).astype(np.float32)
    expected = np.matmul(dense(taps), planes)
    down = by_rows(taps)
    whole = slice(0, outputs)
    made = down.rows(planes[:, down.inputs(whole)], whole)
    np.testing.assert_allclose(made, expected, atol=1e-5)
    across = by_columns(taps).columns(planes.swapaxes(1, 2))
    np.testing.assert_allclose(across.swapaxes(1, 2), expected, atol=1e-5)


def test_some_rows_need_their_inputs_only() -> None:
    taps = cubic_taps(200, 70)
    plane = RANDOM.normal(size=(1, 70, 30)).astype(np.float32)
    filter_ = by_rows(taps)
    whole = filter_.rows(plane, slice(0, 200))
    for rows in (slice(0, 1), slice(37, 90), slice(199, 200)):
        inputs = filter_.inputs(rows)
        assert inputs.stop - inputs.start < 45
        np.testing.assert_allclose(filter_.rows(plane[:, inputs], rows), whole[:, rows], atol=1e-5)


@pytest.mark.parametrize(("size", "full"), [((20, 33), (70, 50)), ((64, 64), (65, 131))])
def test_enlarging_is_pillows_bicubic(size: tuple[int, int], full: tuple[int, int]) -> None:
    plane = RANDOM.uniform(0, 100, size).astype(np.float32)
    large = filter_plane(
        plane, by_rows(cubic_taps(full[0], size[0])), by_columns(cubic_taps(full[1], size[1]))
    )
    pillow = Image.fromarray(plane).resize(full[::-1], Image.Resampling.BICUBIC)
    np.testing.assert_allclose(large, np.asarray(pillow), atol=1e-3)


def test_areas_are_averaged_with_their_fractions() -> None:
    taps = area_taps(2, 5)
    np.testing.assert_allclose(dense(taps), np.array([[2, 2, 1, 0, 0], [0, 0, 1, 2, 2]]) / 5)


@pytest.mark.parametrize(("outputs", "inputs"), [(1, 1), (7, 7), (3, 100), (99, 100)])
def test_averages_keep_the_mean(outputs: int, inputs: int) -> None:
    matrix = dense(area_taps(outputs, inputs))
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    np.testing.assert_allclose(matrix.sum(axis=0), outputs / inputs, atol=1e-12)
