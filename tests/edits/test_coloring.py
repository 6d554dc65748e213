from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

import tomau
from tomau.color import srgb_to_lab
from tomau.edits.coloring import Edits, Scribbles, hinted_ab, scribbled_ab
from tomau.edits.hints import Hints, Stroke, parse_hint
from tomau.errors import MissingExtraError, UsageError
from tomau.runtime.prediction import Prediction

HINTS = Hints(80, 64, (parse_hint("20,30=#c03028"),))
RED_AB = srgb_to_lab(np.array([[(192, 48, 40)]], np.float32) / 255)[0, 0, 1:]
L = np.full((64, 80), 50, np.float32)
L[:, 40:] = 80


def predict(*, guided: bool) -> Prediction:
    """A picture of two halves that the network calls yellowish; the guide tells them apart."""
    ab = np.full((64, 80, 2), (2, 20), np.float32)
    if not guided:
        return Prediction(L, ab)
    guide = np.zeros((16, 24, 34), np.float32)
    guide[:, :10, 0] = guide[:, 10:, 1] = 3.0
    guide[..., -2], guide[..., -1] = 8.0, 10.0
    return Prediction(L, ab, guide)


def test_a_network_without_guide_is_helped_by_the_solver() -> None:
    prediction = predict(guided=False)
    dot = Stroke(((20, 30),), (192, 48, 40), radius=1.5)
    ab = hinted_ab(prediction, Hints(80, 64, (dot,)))
    np.testing.assert_allclose(ab[30, 20], RED_AB, atol=1e-3)
    assert np.abs(ab[30, 26] - RED_AB).max() < 12
    np.testing.assert_allclose(ab[:, 41:], prediction.ab[:, 41:], atol=0.5)


def test_a_guide_spreads_by_itself_and_exact_meets_the_hint() -> None:
    prediction = predict(guided=True)
    near, exact = (hinted_ab(prediction, HINTS, exact=e) for e in (False, True))
    assert 1 < np.abs(near[30, 20] - RED_AB).max() < 30
    np.testing.assert_allclose(exact[30, 20], RED_AB, atol=1e-3)
    np.testing.assert_allclose(exact[:, 60:], near[:, 60:], atol=0.5)


def test_without_hints_the_answer_is_the_networks() -> None:
    prediction = predict(guided=True)
    np.testing.assert_array_equal(hinted_ab(prediction, Hints(80, 64), exact=True), prediction.ab)


def test_hints_alone_colour_a_picture() -> None:
    ab = scribbled_ab(L, Hints(80, 64, (parse_hint("20,30=#c03028"), parse_hint("60,30=gray"))))
    np.testing.assert_allclose(ab[:, :38], np.broadcast_to(RED_AB, (64, 38, 2)), atol=0.5)
    np.testing.assert_allclose(ab[:, 42:], 0, atol=0.5)


def test_no_hints_alone_are_told() -> None:
    with pytest.raises(UsageError, match="no hints came"):
        scribbled_ab(L, Hints(80, 64))


def test_missing_solver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tomau.edits.scribbles", raising=False)
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtraError, match=r'pip install "tomau\[scribbles\]"'):
        scribbled_ab(L, HINTS)


def test_hints_are_an_edit_of_their_own_picture() -> None:
    prediction = predict(guided=True)
    answer = HINTS(prediction, 64, 80)
    np.testing.assert_array_equal(answer.ab, hinted_ab(prediction, HINTS))
    parsed = Hints.parse(80, 64, "20,30=#c03028", exact=True)
    np.testing.assert_allclose(parsed(prediction, 64, 80).ab[30, 20], RED_AB, atol=1e-3)
    with pytest.raises(UsageError, match="hints for a picture of 80x64 came with one of 81x64"):
        HINTS(prediction, 64, 81)


@pytest.mark.parametrize("guided", [True, False])
def test_reach_decides_how_far_a_hint_goes(guided: bool) -> None:
    prediction = predict(guided=guided)
    changed = [
        np.abs(hinted_ab(prediction, HINTS, reach=reach) - prediction.ab).sum()
        for reach in (0.3, 1, 3)
    ]
    assert 0 < changed[0] < changed[1] < changed[2]
    with pytest.raises(UsageError, match=r"a reach of 0 came; expected 0\.05 to 20"):
        hinted_ab(prediction, HINTS, reach=0)


def test_a_hint_keeps_to_what_the_network_expects_the_same_colours_of() -> None:
    """The guide of this one tells nothing apart; the expected colours do."""
    guide = np.zeros((16, 24, 34), np.float32)
    classes = np.full((8, 12, 305), -40, np.float32)
    classes[:, :5, 0] = classes[:, 5:, 1] = 0
    loose = replace(predict(guided=True), guide=guide)
    bound = replace(loose, classes=classes)
    own = loose.ab
    changes = [hinted_ab(prediction, HINTS) - own for prediction in (loose, bound)]
    np.testing.assert_allclose(changes[1][:, :32], changes[0][:, :32], atol=1e-4)
    assert np.abs(changes[0][:, 50:]).max() > 5
    assert np.abs(changes[1][:, 50:]).max() < 0.1
    far = hinted_ab(bound, HINTS, reach=10) - own
    assert np.abs(far[:, 50:]).max() > 5


def test_changed_hints_are_solved_from_the_last_answer() -> None:
    scribbles = Scribbles(L)
    first = Hints(80, 64, (parse_hint("20,30=#c03028"), parse_hint("60,30=gray")))
    changed = Hints(80, 64, (*first.strokes, parse_hint("70,50=navy")))
    scribbles(first)
    np.testing.assert_allclose(scribbles(changed), scribbled_ab(L, changed), atol=0.05)


def large_picture() -> tuple[np.ndarray, Hints]:
    """Two halves with a little noise, too many pixels to be solved one by one, and two strokes."""
    random = np.random.default_rng(4)
    l = np.full((600, 800), 45, np.float32)
    l[:, 400:] = 75
    l += random.normal(0, 1, l.shape).astype(np.float32)
    red = Stroke(((50, 60), (300, 500)), (192, 48, 40), radius=0.5)  # a hair
    gray = Stroke(((500, 80), (700, 420)), (128, 128, 128), radius=6)
    return l, Hints(800, 600, (red, gray))


def test_a_large_picture_is_solved_small_and_meets_every_covered_pixel() -> None:
    l, hints = large_picture()
    ab = Scribbles(l, pixels=20_000)(hints)
    covered, own = hints.pixels(600, 800)
    assert covered.sum() > 400
    np.testing.assert_array_equal(ab[covered], own)
    np.testing.assert_allclose(ab[:, :390].mean(axis=(0, 1)), RED_AB, atol=1)
    assert np.abs(ab[:, :394] - RED_AB).max() < 4  # a pixel at working size has five
    assert np.abs(ab[:, 406:]).max() < 4


def test_a_large_picture_keeps_within_the_colours_of_its_hints() -> None:
    l, hints = large_picture()
    ab = Scribbles(l, pixels=20_000)(hints)
    low, high = np.minimum(RED_AB, 0), np.maximum(RED_AB, 0)
    assert (ab > low - 0.01).all()
    assert (ab < high + 0.01).all()


def test_a_picture_solved_small_is_near_the_same_solved_whole() -> None:
    l, hints = large_picture()
    whole, small = (Scribbles(l, pixels=pixels)(hints) for pixels in (l.size, 60_000))
    assert np.abs(whole - small).mean() < 1
    with pytest.raises(UsageError, match="0 pixels to solve for came; expected 1 or more"):
        Scribbles(l, pixels=0)


def test_edits_follow_one_another() -> None:
    prediction = predict(guided=True)
    later = Hints.parse(80, 64, "60,30=navy")
    both = Edits((HINTS, later))(prediction, 64, 80)
    expected = later(HINTS(prediction, 64, 80), 64, 80)
    np.testing.assert_array_equal(both.ab, expected.ab)


def test_the_public_names_are_those_of_the_package() -> None:
    assert tomau.Hints is Hints
    assert tomau.Scribbles is Scribbles
    assert set(tomau.__all__) - {"__version__"} == {
        name for name in tomau.__all__ if hasattr(tomau, name) and name != "__version__"
    }
