"""Spreading hints: what must hold whatever the guide has learnt, and both twins alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from tomau.models.hints import GUIDE_CHANNELS, spread_hints
from tomau.runtime.hints import spread_hints as spread_numpy
from tomau.runtime.prediction import Prediction

SIZE = 64


def two_halves(*, sharpness: float = 50.0, own: float = 25.0, nearness: float = 0.0) -> Tensor:
    """A guide ``[1, C, 16, 16]`` whose left half looks unlike its right half."""
    guide = torch.zeros(1, GUIDE_CHANNELS, SIZE // 4, SIZE // 4)
    guide[:, 0, :, :8] = guide[:, 1, :, 8:] = sharpness**0.5
    guide[:, -2], guide[:, -1] = own, nearness
    return guide


def hint(*marks: tuple[int, int, float, float]) -> Tensor:
    """Hints ``[1, 3, 64, 64]`` from rows of row, column, a, b."""
    hints = torch.zeros(1, 3, SIZE, SIZE)
    for row, column, a, b in marks:
        hints[0, :, row, column] = torch.tensor([a, b, 1.0])
    return hints


AB = torch.full((1, 2, SIZE, SIZE), 0.1)


def test_a_picture_without_hints_stays_as_it_was() -> None:
    assert torch.equal(spread_hints(AB, two_halves(), hint()), AB)


def test_a_hint_colours_what_looks_like_it_and_nothing_else() -> None:
    answer = spread_hints(AB, two_halves(), hint((20, 10, 0.5, -0.3)))
    left = torch.tensor([0.5, -0.3])[:, None, None].expand(2, SIZE, 24)
    torch.testing.assert_close(answer[0, :, :, :24], left)
    torch.testing.assert_close(answer[..., 40:], AB[..., 40:])


def test_two_hints_do_not_leak() -> None:
    answer = spread_hints(AB, two_halves(), hint((20, 10, 0.5, 0.0), (20, 50, 0.0, 0.5)))
    torch.testing.assert_close(answer[0, :, 40, 5], torch.tensor([0.5, 0.0]))
    torch.testing.assert_close(answer[0, :, 40, 60], torch.tensor([0.0, 0.5]))


def test_of_two_alike_the_nearer_hint_counts() -> None:
    near = two_halves(nearness=1000.0, own=-1e3)
    answer = spread_hints(AB, near, hint((4, 10, 0.5, 0.0), (60, 10, 0.0, 0.5)))
    torch.testing.assert_close(answer[0, :, 4, 10], torch.tensor([0.5, 0.0]))
    torch.testing.assert_close(answer[0, :, 60, 10], torch.tensor([0.0, 0.5]))


def test_a_place_that_keeps_its_own_colour_takes_none() -> None:
    answer = spread_hints(AB, two_halves(own=200.0), hint((20, 10, 0.5, -0.3)))
    torch.testing.assert_close(answer, AB)


def test_a_hint_that_is_hardly_trusted_hardly_counts() -> None:
    doubtful = hint((20, 10, 0.5, -0.3)) * 1e-4
    answer = spread_hints(AB, two_halves(own=50.0), doubtful)
    torch.testing.assert_close(answer, AB, atol=1e-4, rtol=0)


def test_gradients_are_finite_beside_places_without_hints() -> None:
    guide = two_halves().requires_grad_()
    spread_hints(AB, guide, hint((20, 10, 0.5, -0.3))).square().sum().backward()
    assert guide.grad is not None
    assert torch.isfinite(guide.grad).all()


def test_only_what_differs_is_spread() -> None:
    """Shades that the automatic answer has stay, a hint moves them all."""
    ab = torch.rand(1, 2, SIZE, SIZE) * 0.1
    answer = spread_hints(ab, two_halves(), hint((20, 10, 0.4, 0.4)))
    moved = (answer - ab)[..., :24]
    torch.testing.assert_close(moved, moved[..., :1, :1].expand_as(moved))


@pytest.mark.parametrize("count", [0, 1, 7, 900])
def test_runtime_spreads_as_training_does(count: int) -> None:
    random = torch.Generator().manual_seed(count)
    ab = torch.rand(2, 2, 96, SIZE, generator=random) - 0.5
    guide = torch.randn(2, GUIDE_CHANNELS, 24, SIZE // 4, generator=random)
    guide[:, -1] = guide[:, -1].exp() * 20
    hints = torch.zeros(2, 3, 96, SIZE)
    for photo in range(2):
        places = torch.randperm(96 * SIZE, generator=random)[:count]
        trust = torch.rand(count, generator=random) + 1e-3
        hints[photo].flatten(1)[:2, places] = (torch.rand(2, count, generator=random) - 0.5) * trust
        hints[photo].flatten(1)[2, places] = trust
    expected = spread_hints(ab, guide, hints).permute(0, 2, 3, 1).numpy()
    for photo in range(2):
        planes = (x[photo].permute(1, 2, 0).numpy() for x in (ab, guide, hints))
        np.testing.assert_allclose(spread_numpy(*planes), expected[photo], atol=2e-6)


def test_prediction_pads_to_its_guide() -> None:
    ab = np.full((50, 61, 2), 5.0, np.float32)
    guide = two_halves()[0].permute(1, 2, 0).numpy()
    hints = np.zeros((50, 61, 3), np.float32)
    hints[49, 0] = 40, -20, 1
    answer = Prediction(ab[..., 0], ab, guide).with_hints(hints)
    assert answer.shape == ab.shape
    np.testing.assert_allclose(answer[:, :24], np.broadcast_to((40, -20), (50, 24, 2)), atol=1e-4)
    np.testing.assert_allclose(answer[:, 40:], ab[:, 40:], atol=1e-4)
