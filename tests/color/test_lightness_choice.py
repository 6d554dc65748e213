from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tomau.color import luminance
from tomau.color.lightness_choice import lightness_from
from tomau.errors import UsageError


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_each_way_takes_its_part_of_the_light(dtype: Any) -> None:
    white = np.iinfo(dtype).max
    rgb = (np.random.default_rng(0).random((20, 30, 3)) * white).astype(dtype)
    np.testing.assert_array_equal(lightness_from(rgb), luminance(rgb))
    for channel, way in enumerate(("red", "green", "blue")):
        expected = luminance(np.ascontiguousarray(rgb[..., channel]))
        np.testing.assert_array_equal(lightness_from(rgb, way), expected)  # type: ignore[arg-type]
    luma = rgb[..., 0] * 0.2126 + rgb[..., 1] * 0.7152 + rgb[..., 2] * 0.0722
    nearest = luminance(np.rint(luma).astype(dtype))
    assert np.abs(lightness_from(rgb, "rec709") - nearest).max() < 130 / white


def test_all_ways_are_one_on_gray() -> None:
    gray = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for way in ("lab", "rec709", "red", "green", "blue"):
        np.testing.assert_array_equal(lightness_from(gray, way), luminance(gray))  # type: ignore[arg-type]


def test_white_is_white_in_every_way() -> None:
    white = np.full((2, 2, 3), 65535, np.uint16)
    for way in ("lab", "rec709", "red"):
        np.testing.assert_allclose(lightness_from(white, way), 100, atol=1e-3)  # type: ignore[arg-type]


def test_a_yellow_stain_vanishes_in_red() -> None:
    stained = np.array([[[200, 200, 200], [200, 185, 120]]], np.uint8)
    by_red, by_blue = (lightness_from(stained, way)[0] for way in ("red", "blue"))
    assert by_red[0] == by_red[1]
    assert by_blue[0] - by_blue[1] > 20


def test_an_unknown_way_lists_the_known() -> None:
    with pytest.raises(UsageError, match="expected one of lab, rec709, red, green, blue"):
        lightness_from(np.zeros((2, 2), np.uint8), "hue")  # type: ignore[arg-type]
