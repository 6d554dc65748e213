from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tomau.color.borders import Borders, find_borders


def photograph(height: int = 200, width: int = 300) -> NDArray[np.float32]:
    rows, columns = np.mgrid[0:height, 0:width]
    shade = 30 + 20 * np.sin(rows / 9) + 20 * np.cos(columns / 13)
    return (shade + np.random.default_rng(1).normal(0, 3, shade.shape)).astype(np.float32)


def framed(tone: float, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
    l = np.pad(photograph(), ((top, bottom), (left, right)), constant_values=tone)
    return l + np.random.default_rng(2).normal(0, 0.6, l.shape).astype(np.float32)


@pytest.mark.parametrize("tone", [96.0, 80.0, 4.0])
def test_paper_and_film_are_found(tone: float) -> None:
    assert find_borders(framed(tone, 8, 12, 5, 20)) == Borders(8, 12, 5, 20)
    assert find_borders(framed(tone, 0, 12, 0, 20)) == Borders(0, 12, 0, 20)


def test_dust_on_a_border_does_not_hide_it() -> None:
    l = framed(95, 10, 10, 10, 10)
    random = np.random.default_rng(4)
    for row, column in zip(random.integers(0, 9, 30), random.integers(0, 300, 30), strict=True):
        l[row, column] = 20
    assert find_borders(l).top == 10


def test_a_picture_without_a_border_has_none() -> None:
    assert find_borders(photograph()) == Borders()
    assert find_borders(np.full((50, 60), 97, np.float32)) == Borders()


def test_a_white_sky_over_roofs_is_no_border() -> None:
    l = photograph()
    skyline = 25 + (np.arange(300) % 60)  # roofs of many heights
    l[np.arange(200)[:, np.newaxis] < skyline] = 96
    assert find_borders(l).top == 0


def test_middle_tones_are_no_border() -> None:
    assert find_borders(framed(50, 9, 9, 9, 9)) == Borders()


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 500), (500, 1), (9, 11)])
def test_any_shape(shape: tuple[int, int]) -> None:
    assert find_borders(np.full(shape, 90, np.float32)) == Borders()


def test_bands_cover_each_pixel_once() -> None:
    count = np.zeros((30, 40), int)
    for rows, columns in Borders(3, 4, 5, 6).bands(30, 40):
        count[rows, columns] += 1
    assert count.max() == 1
    assert count.sum() == 30 * 40 - 23 * 29
