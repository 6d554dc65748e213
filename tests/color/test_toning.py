from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tomau.color import lab_to_srgb
from tomau.color.toning import recognise_toning


@pytest.fixture(scope="module", name="l")
def light() -> NDArray[np.float32]:
    """Light and shade of sorts, (120, 180), 5 to 95."""
    noise = gaussian_filter(np.random.default_rng(2).normal(size=(120, 180)), 6)
    return (5 + 90 * (noise - noise.min()) / np.ptp(noise)).astype(np.float32)


def picture(l: NDArray[np.float32], a: Any, b: Any) -> NDArray[np.uint8]:
    lab = np.stack([l, np.broadcast_to(a, l.shape), np.broadcast_to(b, l.shape)], axis=-1)
    rgb = np.clip(lab_to_srgb(lab.astype(np.float32)), 0, 1)
    grain = np.random.default_rng(3).normal(0, 0.01, rgb.shape)
    return np.rint(np.clip(rgb + grain, 0, 1) * 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("a", "b", "tint"),
    [(8, 22, "sepia"), (2, 12, "sepia"), (-4, -25, "blue"), (10, -12, "purple"), (15, 4, "red")],
)
def test_one_tint_is_recognised_and_named(
    l: NDArray[np.float32], a: float, b: float, tint: str
) -> None:
    strength = np.sin(np.pi * l / 100)  # toning is strongest in the middle tones
    toning = recognise_toning(picture(l, a * strength, b * strength))
    assert (toning.kind, toning.tint) == ("toned", tint)
    assert not toning.is_faded
    assert toning.note() == f"{tint} toning recognised: taken as black and white"


def test_a_faded_print_is_told(l: NDArray[np.float32]) -> None:
    faded = recognise_toning(picture(35 + l * 0.45, 5, 18))
    assert faded.kind == "toned"
    assert faded.is_faded
    assert "faded to L*" in (faded.note() or "")


def test_colours_that_do_not_follow_the_light_are_a_colour_photograph(
    l: NDArray[np.float32],
) -> None:
    a = gaussian_filter(np.random.default_rng(5).normal(size=l.shape), 8) * 300
    toning = recognise_toning(picture(l, a, np.roll(a, 60, axis=1)))
    assert toning.kind == "colour"
    assert "--recolor" in (toning.note() or "")


def test_gray_is_gray_in_any_form(l: NDArray[np.float32]) -> None:
    gray = picture(l, 0, 0)
    as_floats = gray[..., 0].astype(np.float32) / 255
    for pixels in (gray, gray[..., 0], gray.astype(np.uint16) * 257, as_floats):
        toning = recognise_toning(pixels)
        assert toning.kind == "gray"
        assert toning.note() is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (161, 479)])
def test_any_shape(shape: tuple[int, int]) -> None:
    assert recognise_toning(np.full((*shape, 3), 90, np.uint8)).kind == "gray"
