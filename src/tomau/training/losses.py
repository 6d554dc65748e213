"""The study's losses, numbered as in the study."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return the discriminator's cross-entropy, equation (1), averaged over patches as in (8).

    Args:
        real_logits: D's map on true pictures, any shape.
        fake_logits: D's map on generated pictures, any shape.

    Returns:
        A scalar: the mean of -log D(x, y) and the mean of -log(1 - D(x, G(x))), halved so that a
        blind D, which answers 1/2 everywhere, scores log 2. The logarithms are taken on logits
        (log sigmoid), where a confident D overflows nothing.
    """
    real = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    fake = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return (real + fake) / 2


def generator_adversarial_loss(fake_logits: Tensor) -> Tensor:
    """Return the non-saturating generator loss -log D(x, G(x)), equation (3), over patches.

    Minimising log(1 - D) instead, equation (2), has no slope where the generator is worst.
    """
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))


def l1_loss(ab: Tensor, truth: Tensor) -> Tensor:
    """Return the mean absolute chroma error, equation (9), in the tensors' own units."""
    return F.l1_loss(ab, truth)


def generator_loss(fake_logits: Tensor, ab: Tensor, truth: Tensor, l1_weight: float) -> Tensor:
    """Return the generator's whole objective, equations (10) and (14): L_cGAN + lambda L1."""
    return generator_adversarial_loss(fake_logits) + l1_weight * l1_loss(ab, truth)
