from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from skimage.color import rgb2lab

from tomau.color import compose_u8, luminance
from tomau.color.colour_table import ColourTable, as_gray, locate

GRAY = np.random.default_rng(5).integers(0, 256, (60, 83), np.uint8)


def chroma(limit: float, shape: tuple[int, ...] = GRAY.shape) -> np.ndarray:
    random = np.random.default_rng(int(limit))
    return random.uniform(-limit, limit, (2, *shape)).astype(np.float32)


def looked_up(table: ColourTable, gray: np.ndarray, ab: np.ndarray) -> np.ndarray:
    out = np.empty((*gray.shape, 3), np.uint8)
    places = np.empty(gray.shape, np.int32)
    locate(gray, ab.copy(), places)
    table.write(places, out)
    return out


@pytest.mark.parametrize("limit", [3, 40, 127])
def test_colours_are_those_of_chroma_rounded_to_half_units(limit: float) -> None:
    table, ab = ColourTable(), chroma(limit)
    halves = np.moveaxis(np.floor(ab * 2 + np.float32(0.5)) / np.float32(2), 0, -1)
    expected = compose_u8(luminance(GRAY), halves)
    np.testing.assert_array_equal(looked_up(table, GRAY, ab), expected)
    # From here on, all entries are known.
    np.testing.assert_array_equal(looked_up(table, GRAY, ab), expected)


def test_the_luminance_is_as_near_as_computed_colour_by_colour() -> None:
    ab, l = chroma(70), luminance(GRAY)
    found = looked_up(ColourTable(), GRAY, ab)
    computed = compose_u8(l, np.moveaxis(ab, 0, -1))
    of_table, of_colours = (np.abs(rgb2lab(rgb)[..., 0] - l) for rgb in (found, computed))
    assert of_table.mean() < 1.05 * of_colours.mean()
    assert of_table.max() < 0.5


def test_a_smooth_change_of_chroma_shows_no_bands() -> None:
    """Steps between neighbours of a ramp are those of rounding to 8 bits, not of the table."""
    gray = np.full((1, 4000), 140, np.uint8)
    ab = np.stack([np.linspace(-20, 30, 4000), np.linspace(40, -10, 4000)])[:, np.newaxis]
    ab = ab.astype(np.float32)
    found = rgb2lab(looked_up(ColourTable(), gray, ab))[0, :, 1:]
    computed = rgb2lab(compose_u8(luminance(gray), np.moveaxis(ab, 0, -1)))[0, :, 1:]

    def largest_step(chroma: np.ndarray) -> float:
        return float(np.linalg.norm(np.diff(chroma, axis=0), axis=1).max())

    def mean_error(chroma: np.ndarray) -> float:
        return float(np.linalg.norm(chroma - ab[:, 0].T, axis=1).mean())

    assert largest_step(found) < 1.1 * largest_step(computed)
    assert mean_error(found) < mean_error(computed) + 0.1


def test_no_more_entries_are_made_than_colours_were_asked_for() -> None:
    table = ColourTable()
    looked_up(table, GRAY[:1, :50], chroma(30, (1, 50)))
    assert 0 < table.known <= 50


def test_chroma_beyond_the_table_takes_its_edge() -> None:
    ab = np.array([[[500, -500]], [[-900, 3]]], np.float32)
    edge = np.array([[[127.5, -128]], [[-128, 3]]], np.float32)
    gray, table = np.array([[90, 200]], np.uint8), ColourTable()
    np.testing.assert_array_equal(looked_up(table, gray, ab), looked_up(table, gray, edge))


def test_threads_may_share_a_table() -> None:
    expected = looked_up(ColourTable(), GRAY, chroma(60))
    shared = ColourTable()
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: looked_up(shared, GRAY, chroma(60)), range(8)):
            np.testing.assert_array_equal(found, expected)


def test_every_gray_is_told_by_its_lightness() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    found = as_gray(luminance(every))
    np.testing.assert_array_equal(found, every)
    np.testing.assert_array_equal(as_gray(luminance(np.dstack([every] * 3))), every)


@pytest.mark.parametrize("place", [(0, 0), (0, 82), (59, 82), (30, 5)])
def test_one_other_lightness_is_seen(place: tuple[int, int]) -> None:
    l = luminance(GRAY)
    l[place] = np.float32(50.01)
    assert as_gray(l) is None


def test_16_bits_are_no_gray_of_8_bits() -> None:
    assert as_gray(luminance(np.arange(65536, dtype=np.uint16).reshape(256, 256))) is None
