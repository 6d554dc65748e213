from __future__ import annotations

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from tomau.runtime.channels import channel_pictures, otsu_threshold

NAMES = ["binary", "gray", "R", "G", "B", "L*", "a*", "b*"]
PATCHES = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)


def test_every_channel_is_a_picture_in_the_studys_order() -> None:
    pictures = channel_pictures(PATCHES)
    assert list(pictures) == NAMES
    for picture in pictures.values():
        assert picture.shape == PATCHES.shape
        assert picture.dtype == np.uint8


def test_known_colours_come_apart_as_they_should() -> None:
    pictures = channel_pictures(PATCHES)
    assert pictures["gray"][0, :, 0].tolist() == [76, 150, 29, 255]
    assert pictures["R"][0].tolist() == [[255, 0, 0], [0, 0, 0], [0, 0, 0], [255, 0, 0]]
    assert pictures["B"][0, :, 2].tolist() == [0, 0, 255, 255]
    # L* of the sRGB primaries: 53.2, 87.7, 32.3.
    np.testing.assert_allclose(pictures["L*"][0, :, 0] / 2.55, [53.2, 87.7, 32.3, 100], atol=0.3)
    assert set(np.unique(pictures["binary"])) <= {0, 255}


def test_chroma_is_shown_in_its_own_colours() -> None:
    pictures = channel_pictures(PATCHES)
    red, green, blue, white = pictures["a*"][0].astype(int)
    assert red[0] > red[1] + 50
    assert green[1] > green[0] + 50
    _, green, blue, white = pictures["b*"][0].astype(int)
    assert blue[2] > blue[0] + 30
    assert green[1] > green[2] + 50
    assert np.ptp(white) <= 2


def test_a_gray_picture_has_no_chroma() -> None:
    gray_u8 = np.arange(256, dtype=np.uint8).reshape(16, 16)
    pictures = channel_pictures(gray_u8)
    assert np.ptp(pictures["a*"].astype(int)) <= 2
    np.testing.assert_array_equal(pictures["R"][..., 0], gray_u8)


@pytest.mark.parametrize("seed", range(5))
def test_otsus_threshold_is_scikit_images(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dark, light = rng.normal(60, 15, 3000), rng.normal(180, 25, 2000)
    gray_u8 = np.clip(np.concatenate([dark, light]), 0, 255).astype(np.uint8).reshape(50, 100)
    threshold = otsu_threshold(gray_u8)
    reference = threshold_otsu(gray_u8)  # type: ignore[no-untyped-call]
    np.testing.assert_array_equal(gray_u8 > threshold, gray_u8 > reference)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_one_tone_is_no_trouble(value: int) -> None:
    picture = channel_pictures(np.full((3, 4), value, np.uint8))["binary"]
    assert len(np.unique(picture)) == 1
