from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

import tomau
from tomau.color import luminance, srgb_to_lab
from tomau.errors import ImageReadError, UsageError
from tomau.imaging import read_picture
from tomau.runtime.card import read_model, write_card
from tomau.runtime.colorizer import Colorizer
from tomau.runtime.contract import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture(scope="module")
def colorizer(tiny_model: Path) -> Colorizer:
    return Colorizer.load(tiny_model, threads=2)


def mean_ab(rgb_u8: NDArray[Any]) -> NDArray[np.float32]:
    lab = srgb_to_lab(rgb_u8[..., :3].astype(np.float32) / 255)
    mean: NDArray[np.float32] = lab[..., 1:].mean(axis=(0, 1))
    return mean


class RecordingSession:
    """Answers no colour, and remembers what it was asked."""

    provider = "none"

    def __init__(self) -> None:
        self.asked: list[NDArray[np.float32]] = []

    def run(self, l: NDArray[np.float32]) -> Answer:
        self.asked.append(l)
        return Answer(np.zeros((l.shape[0], 2, *l.shape[2:]), np.float32))


def test_the_network_sees_normalised_luminance_of_the_right_shape(
    tiny_model: Path, gray_u8: NDArray[np.uint8]
) -> None:
    session = RecordingSession()
    Colorizer(read_model(tiny_model).card, session).colorize(gray_u8)
    (asked,) = session.asked
    assert asked.shape == (1, 1, 64, 128)  # 90x140 -> 64x100, padded to the stride of 32
    assert asked.dtype == np.float32
    mean_l = (asked[0, 0, :, :100].mean() + 1) * 50
    assert mean_l == pytest.approx(luminance(gray_u8).mean(), abs=0.5)


def test_ab_is_predicted_at_working_size(colorizer: Colorizer) -> None:
    l = np.full((90, 140), 50.0, np.float32)
    ab = colorizer.predict_ab(l)
    assert ab.shape == (64, 100, 2)
    np.testing.assert_allclose(ab[..., 0], 0.25 * 110, atol=1e-3)
    np.testing.assert_allclose(ab[..., 1], 0.30 * 110, atol=1e-3)
    assert colorizer.predict_ab(l, size=32).shape == (32, 50, 2)


def test_the_cards_chroma_gain_multiplies_ab(tiny_model: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "gain")
    card = read_model(folder).card
    write_card(card.model_copy(update={"chroma_gain": 1.5}), folder)
    l = np.full((64, 64), 50.0, np.float32)
    ab = Colorizer.load(folder).predict_ab(l)
    np.testing.assert_allclose(ab[0, 0], [0.25 * 165, 0.30 * 165], atol=1e-3)


def test_luminance_is_untouched_and_colour_is_added(
    colorizer: Colorizer, gray_u8: NDArray[np.uint8]
) -> None:
    result = colorizer.colorize(gray_u8)
    error = np.abs(luminance(result) - luminance(gray_u8))
    assert error.mean() < 0.05
    assert error.max() < 0.5
    assert mean_ab(result) == pytest.approx([28, 30], abs=6)


def test_strength_scales_the_chroma(colorizer: Colorizer, gray_u8: NDArray[np.uint8]) -> None:
    full = mean_ab(colorizer.colorize(gray_u8))
    half = mean_ab(colorizer.colorize(gray_u8, strength=0.5))
    assert half == pytest.approx(full / 2, rel=0.1)
    gray = colorizer.colorize(gray_u8, strength=0.0)
    np.testing.assert_array_equal(gray, np.repeat(gray_u8[..., np.newaxis], 3, axis=2))


def test_the_colours_of_the_input_are_ignored(
    colorizer: Colorizer, gray_u8: NDArray[np.uint8]
) -> None:
    tinted = np.stack([gray_u8 // 3, gray_u8 // 2, gray_u8], axis=-1)  # a cyanotype, very blue
    result = colorizer.colorize(tinted)
    assert np.abs(luminance(result) - luminance(tinted)).mean() < 0.05
    assert mean_ab(tinted)[1] < -20
    assert mean_ab(result)[1] > 20


@pytest.mark.parametrize(
    ("shape", "out_shape"),
    [
        ((20, 30), (20, 30, 3)),
        ((20, 30, 1), (20, 30, 3)),
        ((20, 30, 2), (20, 30, 4)),
        ((20, 30, 3), (20, 30, 3)),
        ((20, 30, 4), (20, 30, 4)),
        ((1, 1), (1, 1, 3)),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_an_array_is_answered_in_kind(
    colorizer: Colorizer, shape: tuple[int, ...], out_shape: tuple[int, ...], dtype: Any
) -> None:
    top = 1.0 if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).max
    image = np.linspace(0, top, int(np.prod(shape))).reshape(shape).astype(dtype)
    result = colorizer.colorize(image)
    assert result.shape == out_shape
    assert result.dtype == dtype
    if out_shape[-1] == 4:
        np.testing.assert_array_equal(result[..., 3], image[..., -1])


def test_kinds_agree(colorizer: Colorizer, gray_u8: NDArray[np.uint8]) -> None:
    from_u8 = colorizer.colorize(gray_u8).astype(np.float64) / 255
    from_float = colorizer.colorize(gray_u8 / 255.0)
    from_u16 = colorizer.colorize(gray_u8.astype(np.uint16) * 257) / 65535.0
    np.testing.assert_allclose(from_float, from_u16, atol=1e-4)
    # In 8 bits red and blue may be two code values off, to carry green's luminance error.
    np.testing.assert_allclose(from_u8, from_float, atol=3 / 255)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 5), np.uint8),
        np.zeros((5, 5, 5), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((5, 5), np.int32),
        np.zeros((5, 5), bool),
    ],
)
def test_an_array_that_is_no_picture_is_refused(colorizer: Colorizer, image: NDArray[Any]) -> None:
    with pytest.raises(UsageError, match=r"an array of .* came; expected"):
        colorizer.colorize(image)


@pytest.mark.parametrize("strength", [-0.1, float("nan"), 11.0])
def test_a_strength_out_of_range_is_refused(colorizer: Colorizer, strength: float) -> None:
    with pytest.raises(UsageError, match="strength"):
        colorizer.colorize(np.zeros((4, 4), np.uint8), strength=strength)


@pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA", "1", "P"])
def test_a_pillow_image_is_answered_by_one(
    colorizer: Colorizer, gray_u8: NDArray[np.uint8], mode: str
) -> None:
    image = Image.fromarray(gray_u8).convert("RGB").convert(mode)
    result = colorizer.colorize(image)
    assert isinstance(result, Image.Image)
    assert result.size == image.size
    assert result.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")


def test_a_picture_keeps_its_alpha_and_metadata(colorizer: Colorizer, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    image = Image.new("LA", (40, 30), (128, 77))
    exif = Image.Exif()
    exif[0x010E] = "grandmother"
    image.save(path, exif=exif, dpi=(300, 300))
    picture = read_picture(path)
    result = colorizer.colorize_picture(picture)
    assert result.pixels.shape == (30, 40, 3)
    assert result.alpha is not None
    assert (result.alpha == 77).all()
    assert result.exif == picture.exif
    assert result.dpi == picture.dpi


def test_a_long_strip_is_coloured_whole(colorizer: Colorizer) -> None:
    strip = np.tile(np.linspace(60, 200, 20_000).astype(np.uint8), (50, 1))
    result = colorizer.colorize(strip)
    assert result.shape == (50, 20_000, 3)
    red_over_blue = result[..., 0].astype(int) - result[..., 2]
    assert (red_over_blue > 20).all()


class TestTopLevelFunctions:
    def test_a_path_gives_a_pillow_image(self, tiny_model: Path, gray_jpeg: Path) -> None:
        result = tomau.colorize(gray_jpeg, model=tiny_model)
        assert isinstance(result, Image.Image)
        assert result.size == (140, 90)
        assert mean_ab(np.asarray(result)).min() > 15

    def test_an_array_gives_an_array(self, tiny_model: Path, gray_u8: NDArray[np.uint8]) -> None:
        result = tomau.colorize(gray_u8, model=tiny_model)
        assert isinstance(result, np.ndarray)
        assert result.shape == (90, 140, 3)

    def test_a_missing_path_is_told(self, tiny_model: Path, tmp_path: Path) -> None:
        with pytest.raises(ImageReadError):
            tomau.colorize(tmp_path / "none.jpg", model=tiny_model)
