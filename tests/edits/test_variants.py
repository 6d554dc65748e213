from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.edits.network import HandMade
from tomau.color.bins import ab_bins
from tomau.edits.variants import Variant, draw_variants
from tomau.errors import UsageError
from tomau.runtime.prediction import Prediction


def doubtful() -> Prediction:
    """Dark left half surely one colour, light right half one of two opposite ones."""
    l = np.full((32, 64), 30, np.float32)
    l[:, 32:] = 70
    classes = np.full((4, 8, 305), -20, np.float32)
    sure, red, green = (np.linalg.norm(ab_bins() - ab, axis=1).argmin() for ab in
                        ((10, 10), (40, 0), (-40, 0)))  # fmt: skip
    classes[:, :4, sure] = 5
    classes[:, 4:, red] = classes[:, 4:, green] = 5
    return Prediction(l, np.zeros((32, 64, 2), np.float32), classes=classes)


def test_what_is_uncertain_changes_and_what_is_sure_does_not() -> None:
    answer = Variant((0.06, 0.0))(doubtful(), 32, 64)
    assert np.abs(answer.ab[:, :22]).max() < 2
    assert np.abs(answer.ab[:, 22:32]).max() < 7  # light leads the change to the edge
    assert answer.ab[:, 32:, 0].min() > 25
    other = Variant((-0.06, 0.0))(doubtful(), 32, 64)
    np.testing.assert_allclose(other.ab[:, 40:, 0], -answer.ab[:, 40:, 0], atol=0.5)


def test_the_first_is_the_automatic_result() -> None:
    said = doubtful()
    assert draw_variants(3)[0](said, 32, 64) is said


def test_a_seed_repeats_and_another_differs() -> None:
    assert draw_variants(6, seed=4) == draw_variants(6, seed=4)
    assert draw_variants(6, seed=4)[1:] != draw_variants(6, seed=5)[1:]


@pytest.mark.parametrize("count", [2, 5, 12])
def test_variants_lie_apart(count: int) -> None:
    tilts = np.array([variant.tilt for variant in draw_variants(count, seed=1)])
    gaps = np.linalg.norm(tilts[:, np.newaxis] - tilts, axis=2)[~np.eye(count, dtype=bool)]
    assert gaps.min() > 0.02


def test_a_model_without_a_distribution_tints_and_says_so() -> None:
    said = HandMade(sees=False)(np.tile(np.linspace(0, 100, 64, dtype=np.float32), (32, 1)))
    answer = Variant((0.06, 0.0))(said, 32, 64)
    change = answer.ab - said.ab
    np.testing.assert_allclose(change[..., 1], 0)
    assert change[:, 0, 0].max() < 0.5 < 5 < change[:, 32, 0].min()
    assert "a tint of the one it knows" in answer.notes[0]
    assert replace(answer, notes=()).notes == ()


@pytest.mark.parametrize("count", [0, 25])
def test_a_count_out_of_range_is_told(count: int) -> None:
    with pytest.raises(UsageError, match="expected 1 to 24"):
        draw_variants(count)
