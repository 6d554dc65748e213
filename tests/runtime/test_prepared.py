from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tomau.errors import UsageError
from tomau.imaging import Picture
from tomau.runtime import Colorizer, Finish, Prepared
from tomau.runtime.contract import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction


class CountingSession:
    """Answers a warm colour, and counts how often it was asked."""

    provider = "none"

    def __init__(self) -> None:
        self.runs = 0

    def run(self, l: NDArray[np.float32]) -> Answer:
        self.runs += 1
        return Answer(np.full((1, 2, *l.shape[2:]), 0.3, np.float32))


def photograph(gray_u8: NDArray[np.uint8]) -> Picture:
    return Picture(np.dstack([gray_u8] * 3), alpha=gray_u8, xmp=b"", dpi=(300, 300), format="PNG")


@pytest.fixture
def session() -> CountingSession:
    return CountingSession()


@pytest.fixture
def prepared(tiny_model: Path, gray_u8: NDArray[np.uint8], session: CountingSession) -> Prepared:
    colorizer = Colorizer.load(tiny_model, threads=2)
    return Colorizer(colorizer.card, session).prepare(photograph(gray_u8))


def blue_at(row: int, column: int):
    """An edit that paints the left part up to a pixel of the photograph's own size."""

    def edit(prediction: Prediction, height: int, width: int) -> Prediction:
        ab = prediction.ab.copy()
        rows, columns = ab.shape[:2]
        ab[: row * rows // height, : column * columns // width] = (0, -60)
        return replace(prediction, ab=ab, notes=("painted blue",))

    return edit


def test_many_answers_take_one_run_of_the_network(
    prepared: Prepared, session: CountingSession
) -> None:
    plain = prepared.answer()
    edited = prepared.answer(blue_at(45, 70), strength=1.2)
    small = prepared.reduced(50).answer(blue_at(45, 70))
    assert session.runs == 1
    assert edited.notes == ("painted blue",)
    assert plain.notes == ()
    assert not np.array_equal(plain.pixels, edited.pixels)
    assert small.pixels.shape == (32, 50, 3)


def test_an_answer_is_what_the_colorizer_gives(tiny_model: Path, gray_u8) -> None:
    colorizer = Colorizer.load(tiny_model, threads=2)
    picture = photograph(gray_u8)
    expected = colorizer.colorize_picture(picture, strength=1.3, finish=Finish(bits=16))
    found = colorizer.prepare(picture, finish=Finish(bits=16)).answer(strength=1.3)
    np.testing.assert_array_equal(found.pixels, expected.pixels)
    np.testing.assert_array_equal(found.alpha, expected.alpha)
    assert (found.dpi, found.notes) == (expected.dpi, expected.notes)


def test_the_reduced_answer_shows_the_colours_of_the_full_one(prepared: Prepared) -> None:
    edit = blue_at(45, 70)
    full = prepared.answer(edit).pixels.astype(np.float32)
    small = prepared.reduced(70).answer(edit)
    assert small.alpha is not None
    assert small.alpha.shape == (45, 70)
    averaged = full.reshape(45, 2, 70, 2, 3).mean(axis=(1, 3))
    assert np.abs(small.pixels - averaged).mean() < 2


def test_a_small_photograph_is_not_enlarged(prepared: Prepared) -> None:
    assert prepared.reduced(4000).answer().pixels.shape == (90, 140, 3)


def test_what_is_out_of_range_is_told(prepared: Prepared) -> None:
    with pytest.raises(UsageError, match="strength 11"):
        prepared.answer(strength=11)
    with pytest.raises(UsageError, match="expected at least 1 pixel"):
        prepared.reduced(0)


def test_it_tells_how_much_memory_it_takes(prepared: Prepared) -> None:
    pixels, plane = 90 * 140, prepared.prediction.ab[..., 0].size
    network = 4 * 3 * plane  # l and ab
    assert prepared.nbytes == pixels * (3 + 1 + 4) + network
    assert prepared.reduced(70).nbytes == pixels // 4 * (1 + 1 + 4) + network
