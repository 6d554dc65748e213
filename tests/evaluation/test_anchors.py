from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from tests.evaluation.made import made_photo
from tomau.errors import DataError
from tomau.evaluation import MeanColor, mean_color


def test_the_mean_colour_is_that_of_skimages_lab() -> None:
    photos = [("a", made_photo(1)), ("b", made_photo(2, 80, 20))]
    told: list[int] = []
    color = mean_color(photos, size=None, source="two", progress=told.append)
    # Each photograph weighs the same, whatever its size.
    expected = np.mean([rgb2lab(photo)[..., 1:].mean(axis=(0, 1)) for _, photo in photos], axis=0)
    assert (color.a, color.b) == pytest.approx(tuple(expected), abs=1e-2)
    assert told == [1, 2]
    assert str(color).endswith("of two")


def test_no_photographs_have_no_colour() -> None:
    with pytest.raises(DataError, match="0 photographs in nowhere"):
        mean_color([], size=None, source="nowhere")


def test_the_mean_coloured_answer_keeps_the_light_and_has_one_hue() -> None:
    photo = made_photo(3)
    answer = rgb2lab(MeanColor(12, 9, "").answer(photo))
    assert np.abs(answer[..., 0] - rgb2lab(photo)[..., 0]).mean() < 0.1
    middle = (answer[..., 0] > 30) & (answer[..., 0] < 80)
    np.testing.assert_allclose(np.median(answer[middle][:, 1:], axis=0), (12, 9), atol=0.5)


def test_the_mean_coloured_answer_stays_in_gamut() -> None:
    white = np.full((12, 12, 3), 255, np.uint8)
    assert MeanColor(60, 60, "").answer(white).min() >= 253
