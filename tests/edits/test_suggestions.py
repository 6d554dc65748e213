from __future__ import annotations

import numpy as np
import pytest

from tomau.color import srgb_to_lab
from tomau.color.bins import ab_bins
from tomau.edits.suggestions import suggest
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
