from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from tomau.color import luminance, reduce_by_area
from tomau.color.borders import find_borders
from tomau.color.toning import recognise_toning
from tomau.runtime import light as module
from tomau.runtime.light import Light


@pytest.fixture(scope="module")
def print_u8() -> NDArray[np.uint8]:
    """A sepia print on white paper, 1500 x 1100: large enough that not every pixel is sampled."""
    rows, columns = np.mgrid[0:1380, 0:1040]
    shade = 110 + 60 * np.sin(rows / 40) + 50 * np.cos(columns / 33)
    gray = np.full((1500, 1100), 245.0)
    gray[70:1450, 20:1060] = shade + np.random.default_rng(1).normal(0, 5, shade.shape)
    sepia = gray[..., np.newaxis] * np.array([1.0, 0.86, 0.68])
    return np.clip(sepia, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("large", [False, True])
def test_one_look_at_the_rows_tells_what_the_whole_picture_tells(
    print_u8: NDArray[np.uint8], large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGE_PIXELS", 1000 if large else 10_000_000)
    light = Light(print_u8.__getitem__, (1500, 1100))
    assert light.is_large is large
    with ThreadPoolExecutor(3) as pool:
        survey = light.survey((375, 275), pool.map)
    l = luminance(print_u8)
    np.testing.assert_array_equal(survey.guide, reduce_by_area(l.__getitem__, l.shape, (375, 275)))
    assert survey.borders == find_borders(l)
    assert survey.borders.top == 70
    assert recognise_toning(survey.thin) == recognise_toning(print_u8)
    np.testing.assert_array_equal(light.rows(slice(40, 90)), l[40:90])
    np.testing.assert_array_equal(light.reduced((375, 275)), survey.guide)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (2000, 3), (40, 30)])
def test_pictures_of_any_size(shape: tuple[int, int]) -> None:
    gray = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    survey = Light(gray.__getitem__, shape).survey(shape)
    np.testing.assert_array_equal(survey.guide, luminance(gray))
    assert survey.borders == find_borders(luminance(gray))
    assert recognise_toning(survey.thin).kind == "gray"


def test_the_light_that_was_asked_for_is_taken(print_u8: NDArray[np.uint8]) -> None:
    red = Light(print_u8.__getitem__, (1500, 1100), "red").rows(slice(0, 9))
    np.testing.assert_array_equal(red, luminance(print_u8[:9, :, 0]))
