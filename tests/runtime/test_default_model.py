"""The embedded model on a real photograph, through the whole path a user takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tomau
from tomau.color import luminance, srgb_to_lab

PHOTOS = sorted((Path(__file__).parents[2] / "examples" / "photos").glob("*.jpg"))


@pytest.mark.parametrize("path", PHOTOS, ids=lambda path: path.stem)
def test_photograph_gets_colour_and_keeps_its_luminance(path: Path) -> None:
    with Image.open(path) as image:
        image.load()
    result = tomau.colorize(image)
    assert isinstance(result, Image.Image)
    assert result.size == image.size
    before = luminance(np.asarray(image))
    after = np.asarray(result)
    difference = np.abs(luminance(after) - before)
    assert difference.mean() < 0.05
    assert difference.max() < 0.5
    ab = srgb_to_lab(after.astype(np.float32) / 255)[..., 1:]
    assert np.hypot(ab[..., 0], ab[..., 1]).mean() > 2


@pytest.mark.parametrize("name", ["default", "fast"])
def test_card_matches_the_file_and_says_what_it_must(name: str) -> None:
    card = tomau.load_model(name).card
    assert card.bytes <= 40e6
    assert bool(card.quantization) == (name == "fast")
    assert card.architecture == "hint-efficientnet_lite2.tomau1"
    assert card.hints
    assert card.license
    assert card.data
    assert card.terms


def test_sky_is_bluer_than_trees_are() -> None:
    """A model that answers brown everywhere fails this."""
    with Image.open(next(path for path in PHOTOS if path.stem == "monastery")) as image:
        rgb = np.asarray(tomau.colorize(image)).astype(np.float32) / 255
    lab = srgb_to_lab(rgb)
    sky = lab[: rgb.shape[0] // 4]
    assert sky[..., 2].mean() < -3


def test_fast_answers_about_what_the_default_does() -> None:
    with Image.open(PHOTOS[0]) as image:
        whole, eight_bits = (
            srgb_to_lab(np.asarray(tomau.colorize(image, model=name)).astype(np.float32) / 255)
            for name in ("default", "fast")
        )
    assert np.hypot(*np.moveaxis((whole - eight_bits)[..., 1:], -1, 0)).mean() < 3
