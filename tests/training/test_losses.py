from __future__ import annotations

import math

import pytest
import torch

from tomau.training.losses import (
    discriminator_loss,
    generator_adversarial_loss,
    generator_loss,
    l1_loss,
)


def _logits(seed: int) -> torch.Tensor:
    return torch.randn(2, 1, 30, 30, generator=torch.Generator().manual_seed(seed)) * 3


def test_discriminator_loss_is_equation_1_averaged_over_patches() -> None:
    real, fake = _logits(0), _logits(1)
    d_real, d_fake = real.double().sigmoid(), fake.double().sigmoid()
    expected = (-d_real.log().mean() - (1 - d_fake).log().mean()) / 2
    assert float(discriminator_loss(real, fake)) == pytest.approx(float(expected), rel=1e-5)


def test_blind_discriminator_scores_log_2() -> None:
    blind = torch.zeros(1, 1, 30, 30)
    assert float(discriminator_loss(blind, blind)) == pytest.approx(math.log(2))


def test_generator_loss_is_equation_3() -> None:
    fake = _logits(2)
    expected = -fake.double().sigmoid().log().mean()
    assert float(generator_adversarial_loss(fake)) == pytest.approx(float(expected), rel=1e-5)


def test_generator_loss_has_slope_where_the_generator_is_worst() -> None:
    fake = torch.full((1,), -20.0, requires_grad=True)
    generator_adversarial_loss(fake).backward()
    assert fake.grad is not None
    assert float(fake.grad) == pytest.approx(-1.0, abs=1e-6)


def test_confident_discriminator_stays_finite() -> None:
    sure = torch.full((1,), 200.0)
    assert float(discriminator_loss(-sure, sure)) == pytest.approx(200.0)


def test_l1_and_the_whole_objective() -> None:
    ab, truth = torch.tensor([[0.5, -0.5]]), torch.tensor([[0.25, 0.5]])
    assert float(l1_loss(ab, truth)) == pytest.approx(0.625)
    fake = _logits(3)
    whole = generator_loss(fake, ab, truth, 100.0)
    assert float(whole) == pytest.approx(float(generator_adversarial_loss(fake)) + 62.5, rel=1e-6)
