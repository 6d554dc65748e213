from __future__ import annotations

import math

import pytest
import torch

from tomau.color.bins import ab_bins
from tomau.color.torch_lab import normalized_lab
from tomau.training.losses import (
    class_loss,
    discriminator_loss,
    generator_adversarial_loss,
    hinge_discriminator_loss,
    hinge_generator_loss,
    l1_loss,
    smooth_l1_loss,
    soft_bins,
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


def test_l1_is_equation_9() -> None:
    ab, truth = torch.tensor([[0.5, -0.5]]), torch.tensor([[0.25, 0.5]])
    assert float(l1_loss(ab, truth)) == pytest.approx(0.625)


def test_smooth_l1_is_quadratic_below_beta_and_linear_above() -> None:
    truth = torch.zeros(1, 2, 1, 1)
    two, forty = (torch.full_like(truth, value / 110) for value in (2.0, 40.0))
    assert float(smooth_l1_loss(two, truth)) * 110 == pytest.approx(0.5 * 2**2 / 5, rel=1e-5)
    assert float(smooth_l1_loss(forty, truth)) * 110 == pytest.approx(40 - 2.5, rel=1e-5)


def test_hinge_asks_for_a_margin_and_no_more() -> None:
    sure, unsure = torch.full((4,), 3.0), torch.zeros(4)
    assert float(hinge_discriminator_loss(sure, -sure)) == 0
    assert float(hinge_discriminator_loss(unsure, unsure)) == 1
    assert float(hinge_generator_loss(sure)) == -3


def test_colour_is_the_mean_of_its_bins() -> None:
    rgb = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    ab = normalized_lab(rgb)[1]
    bins, shares = soft_bins(ab)
    colours = torch.from_numpy(ab_bins())[bins]
    mean = (colours * shares[..., None]).sum(dim=-2).permute(0, 3, 1, 2)
    torch.testing.assert_close(mean, ab * 110, atol=1e-3, rtol=0)
    torch.testing.assert_close(shares.sum(dim=-1), torch.ones(1, 16, 16))


def test_class_loss_is_the_cross_entropy_with_soft_targets() -> None:
    random = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 305, 4, 4, generator=random)
    truth = (torch.rand(2, 2, 32, 32, generator=random) - 0.5) / 2
    small = torch.nn.functional.avg_pool2d(truth, 8)
    bins, shares = soft_bins(small)
    target = torch.zeros(2, 4, 4, 305).scatter_add_(-1, bins, shares).permute(0, 3, 1, 2)
    expected = torch.nn.functional.cross_entropy(logits, target)
    assert float(class_loss(logits, truth)) == pytest.approx(float(expected), rel=1e-5)
    ones = torch.ones(305)
    assert float(class_loss(logits, truth, 3 * ones)) == pytest.approx(3 * float(expected))


def test_class_loss_is_least_for_the_true_distribution() -> None:
    truth = torch.full((1, 2, 8, 8), 0.2)
    bins, shares = soft_bins(truth[:, :, :1, :1])
    right = torch.full((1, 305, 1, 1), -20.0)
    right[0, bins[0, 0, 0], 0, 0] = shares[0, 0, 0].clamp_min(1e-9).log()
    entropy = -(shares * shares.clamp_min(1e-9).log()).sum()
    assert float(class_loss(right, truth)) == pytest.approx(float(entropy), abs=1e-4)
    assert float(class_loss(torch.zeros(1, 305, 1, 1), truth)) > float(entropy) + 1
