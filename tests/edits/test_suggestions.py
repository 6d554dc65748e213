from __future__ import annotations

import numpy as np
import pytest

from tests.edits.network import HandMade
from tests.edits.test_references import SHAPE, made_picture
from tomau.color import srgb_to_lab
from tomau.color.bins import ab_bins
from tomau.edits.matching import Seen
from tomau.edits.references import see
from tomau.edits.suggestions import suggest, suggest_after
from tomau.errors import UsageError
from tomau.runtime.prediction import Prediction


def predict() -> Prediction:
    """Left half: two colours, one twice as probable as the other; right half: gray for sure."""
    classes = np.full((8, 10, 305), -50.0, np.float32)
    bins = ab_bins()
    red, green = (np.linalg.norm(bins - ab, axis=1).argmin() for ab in ((50, 30), (-40, 30)))
    classes[:, :5, red], classes[:, :5, green] = np.log(2.0), 0.0
    classes[:, 5:, np.linalg.norm(bins, axis=1).argmin()] = 0.0
    l = np.full((60, 80), 55, np.float32)
    return Prediction(l, np.zeros((60, 80, 2), np.float32), classes=classes)


def test_the_most_probable_come_first_with_their_shares() -> None:
    first, second, *others = suggest(predict(), 0.2, 0.99)
    assert first.share == pytest.approx(2 / 3, abs=1e-3)
    assert second.share == pytest.approx(1 / 3, abs=1e-3)
    assert np.linalg.norm(np.subtract(first.ab, (50, 30))) < 8
    assert np.linalg.norm(np.subtract(second.ab, (-40, 30))) < 8
    assert sum(other.share for other in others) < 1e-3


def test_colours_have_the_places_own_luminance() -> None:
    for suggestion in suggest(predict(), 0.2, 0.5, count=2):
        lab = srgb_to_lab(np.array([[suggestion.rgb]], np.float32) / 255)
        assert lab[0, 0, 0] == pytest.approx(55, abs=0.5)


def test_suggestions_differ_from_each_other() -> None:
    flat = predict()
    assert flat.classes is not None
    flat.classes[:] = 0
    found = np.array([suggestion.ab for suggestion in suggest(flat, 0.5, 0.5, count=6)])
    assert len(found) == 6
    distances = np.linalg.norm(found[:, None] - found, axis=2) + 1e3 * np.eye(6)
    assert distances.min() > 15


def test_gray_where_the_network_is_sure_of_gray() -> None:
    (best, *_) = suggest(predict(), 1.0, 0.0, count=1)
    assert np.ptp(best.rgb) <= 6


def test_what_cannot_be_answered_is_told() -> None:
    with pytest.raises(UsageError, match="expected shares of the sides"):
        suggest(predict(), 1.2, 0.5)
    plain = Prediction(predict().l, predict().ab)
    with pytest.raises(UsageError, match="suggestions were asked of a model that tells none"):
        suggest(plain, 0.5, 0.5)


def other(kind: int, ab: tuple[float, float], l: float = 55.0, opaque: bool = True) -> Seen:
    """A picture of one colour, which shows what our left half (0) or right half (1) shows."""
    shown = show((kind, kind), np.full((64, 80), l, np.float32))
    return Seen(shown, np.full((64, 80, 2), ab, np.float32), np.full((64, 80), opaque, dtype=bool))


def show(kinds: tuple[int, int], l: np.ndarray) -> Prediction:
    """A picture of two halves, each of one of two things that nothing joins."""
    features = np.zeros((4, 5, 8), np.float32)
    classes = np.full((8, 10, 305), -20.0, np.float32)
    for kind, part in zip(kinds, (slice(0, 2), slice(3, 5)), strict=True):
        features[:, part, kind] = 1
    for kind, part in zip(kinds, (slice(0, 5), slice(5, 10)), strict=True):
        classes[:, part, 100 * kind] = 5
    return Prediction(l, np.zeros((64, 80, 2), np.float32), features=features, classes=classes)


OURS = show((0, 1), np.full((64, 80), 55, np.float32))


def test_pictures_lend_the_colours_of_alike_things_only() -> None:
    pictures = [other(1, (0.0, -40.0)), other(0, (50.0, 30.0)), other(1, (-30.0, 30.0))]
    (left,) = suggest_after(OURS, pictures, 0.1, 0.5)
    assert left.ab == pytest.approx((50, 30), abs=0.01)
    assert left.share == pytest.approx(1, abs=0.01)
    assert left.picture == 1
    right = suggest_after(OURS, pictures, 0.9, 0.5)
    assert {one.picture for one in right} == {0, 2}
    assert [one.share for one in right] == pytest.approx([0.5, 0.5], abs=0.01)
    assert sorted(one.ab[0] for one in right) == pytest.approx([-30, 0], abs=0.01)


def test_light_nearer_to_the_places_own_counts_more() -> None:
    near, far = other(0, (50.0, 30.0), l=57), other(0, (0.0, -40.0), l=75)
    first, second = suggest_after(OURS, [far, near], 0.1, 0.5)
    assert first.picture == 1
    assert second.picture == 0
    assert second.share == pytest.approx(np.exp(-(400 - 4) / 128), abs=0.01)
    lab = srgb_to_lab(np.array([[first.rgb]], np.float32) / 255)
    assert lab[0, 0, 0] == pytest.approx(55, abs=0.5)


def test_transparent_pixels_of_pictures_do_not_count() -> None:
    hidden, shown = other(0, (0.0, -40.0), opaque=False), other(0, (50.0, 30.0))
    (only,) = suggest_after(OURS, [hidden, shown], 0.1, 0.5)
    assert only.ab == pytest.approx((50, 30), abs=0.01)


def test_a_picture_names_its_own_colours() -> None:
    picture = made_picture(3)
    network = HandMade(SHAPE)
    seen = see(picture, network)
    for row, column in ((20, 30), (60, 100), (88, 8)):
        place = ((column + 0.5) / SHAPE[1], (row + 0.5) / SHAPE[0])
        best, *_ = suggest_after(seen.prediction, [seen], *place)
        cell = seen.ab[row // 8 * 8 : row // 8 * 8 + 8, column // 8 * 8 : column // 8 * 8 + 8]
        assert np.linalg.norm(cell.reshape(-1, 2) - best.ab, axis=1).min() < 12


def test_pictures_cannot_be_asked_by_a_model_without_features() -> None:
    plain = Prediction(OURS.l, OURS.ab)
    with pytest.raises(UsageError, match="a model that tells no features"):
        suggest_after(plain, [other(0, (0.0, 0.0))], 0.5, 0.5)
    with pytest.raises(UsageError, match="expected shares of the sides"):
        suggest_after(OURS, [other(0, (0.0, 0.0))], 0.5, -0.1)
