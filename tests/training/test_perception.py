from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tomau.color.torch_lab import lab_to_srgb, normalized_lab
from tomau.errors import UsageError
from tomau.evaluation.metrics import colorfulness
from tomau.models.encoders.base import EFFICIENTNET_LITE
from tomau.models.encoders.efficientnet_lite import efficientnet_lite0
from tomau.training.perception import Perception, colorfulness_error, dullness


def _pictures(seed: int = 0) -> torch.Tensor:
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(seed))


def test_lab_and_back_is_the_same_picture() -> None:
    rgb = _pictures()
    torch.testing.assert_close(lab_to_srgb(*normalized_lab(rgb)), rgb, atol=2e-3, rtol=0)


def test_gradients_are_finite_at_black_and_white() -> None:
    l = torch.tensor([-1.0, 1.0]).view(1, 1, 1, 2)
    ab = torch.zeros(1, 2, 1, 2, requires_grad=True)
    lab_to_srgb(l, ab).sum().backward()
    assert ab.grad is not None
    assert torch.isfinite(ab.grad).all()


def test_dullness_follows_the_metric() -> None:
    rgb = _pictures()
    each = [colorfulness(picture.permute(1, 2, 0).numpy()) for picture in rgb]
    assert float(dullness(rgb)) == pytest.approx(1 - np.mean(each) / 100, rel=1e-3)


def test_no_more_colour_is_asked_for_than_the_truth_has() -> None:
    rgb = _pictures()
    gray = rgb.mean(1, keepdim=True).expand_as(rgb)
    assert float(colorfulness_error(rgb, rgb)) == 0
    assert float(colorfulness_error(gray, rgb)) == pytest.approx(1 - float(dullness(rgb)), rel=1e-3)
    assert float(colorfulness_error(rgb, gray)) > 0


def test_gray_picture_has_a_finite_slope() -> None:
    gray = torch.full((1, 3, 8, 8), 0.5, requires_grad=True)
    dullness(gray).backward()
    assert gray.grad is not None
    assert torch.isfinite(gray.grad).all()


def test_features_tell_pictures_apart_and_pull_towards_the_truth() -> None:
    torch.manual_seed(0)
    perception = Perception(efficientnet_lite0(inputs=3), EFFICIENTNET_LITE)
    rgb, truth = _pictures(1).requires_grad_(), _pictures(2)
    assert float(perception.distance(truth, truth)) == pytest.approx(0, abs=1e-6)
    distance = perception.distance(rgb, truth)
    distance.backward()
    assert float(distance.detach()) > 0
    assert rgb.grad is not None
    closer = rgb.detach() - 1e-2 * rgb.grad / rgb.grad.abs().max()
    assert float(perception.distance(closer, truth)) < float(distance.detach())


def test_missing_weights_are_asked_for() -> None:
    with pytest.raises(UsageError, match="feature_weights"):
        Perception.load(None, torch.device("cpu"))
    with pytest.raises(Exception, match="no weights at"):
        Perception.load(Path("nowhere.safetensors"), torch.device("cpu"))


def test_pictures_beyond_the_networks_own_size_are_halved() -> None:
    torch.manual_seed(0)
    perception = Perception(efficientnet_lite0(inputs=3), EFFICIENTNET_LITE)
    rgb, truth = torch.rand(2, 1, 3, 256, 256, generator=torch.Generator().manual_seed(3))
    halves = (torch.nn.functional.avg_pool2d(picture, 2) for picture in (rgb, truth))
    assert float(perception.distance(rgb, truth)) == float(perception.distance(*halves))
