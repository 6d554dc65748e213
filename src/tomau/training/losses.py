"""Losses: the study's, numbered as in the study, and those that the flagship is tried with."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from tomau.color.bins import BIN_STEP, bin_grid
from tomau.color.spaces import AB_LIMIT

_CLASS_STRIDE = 8


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


def hinge_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return the hinge loss of D: it asks for a margin of 1 on either side and no more.

    Source: Lim and Ye, "Geometric GAN", 2017, equation (18), halved like equation (1) above.
    """
    return (F.relu(1 - real_logits).mean() + F.relu(1 + fake_logits).mean()) / 2


def hinge_generator_loss(fake_logits: Tensor) -> Tensor:
    """Return the generator's side of the hinge loss: -D(x, G(x)) over patches.

    Source: Lim and Ye, "Geometric GAN", 2017, equation (19).
    """
    return -fake_logits.mean()


def l1_loss(ab: Tensor, truth: Tensor) -> Tensor:
    """Return the mean absolute chroma error, equation (9), in the tensors' own units."""
    return F.l1_loss(ab, truth)


def smooth_l1_loss(ab: Tensor, truth: Tensor, *, beta: float = 5.0) -> Tensor:
    """Return the Huber loss of chroma, quadratic below ``beta`` units of a* and b*, linear above.

    Args:
        ab: ``[N, 2, H, W]``, ab/110.
        truth: the same.
        beta: where the two meet, in ab units.
    """
    return F.smooth_l1_loss(ab, truth, beta=beta / AB_LIMIT)


def class_loss(logits: Tensor, truth: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the cross-entropy of a distribution over `ab_bins` against the true colours.

    A true colour is shared bilinearly between the four bins around it.

    Args:
        logits: ``[N, 305, H/8, W/8]``.
        truth: ``[N, 2, H, W]``, ab/110; averaged to the logits' size.
        weights: ``[305]``, how much a bin counts; None is all alike.

    Source: Zhang, Isola, Efros, ECCV 2016, equation (2) with weights as in (3)-(4); bilinear
    shares in place of its Gaussian ones, so that their mean is the true colour exactly.
    """
    # In channels_last memory the class axis is the inner one: a softmax there is ten times faster.
    log_p = F.log_softmax(logits.permute(0, 2, 3, 1), dim=-1)
    bins, shares = soft_bins(F.avg_pool2d(truth, _CLASS_STRIDE))
    chosen = -(log_p.gather(-1, bins) * shares).sum(dim=-1)
    if weights is None:
        return chosen.mean()
    each = (weights[bins] * shares).sum(dim=-1)
    return (chosen * each).mean()


def soft_bins(ab: Tensor) -> tuple[Tensor, Tensor]:
    """Share colours between the four bins around each.

    Args:
        ab: ``[N, 2, h, w]``, ab/110.

    Returns:
        Numbers of bins ``[N, h, w, 4]`` int64 and their shares, which sum to 1.
    """
    grid = _grid(ab.device)
    middle = grid.shape[0] // 2
    place = ab.permute(0, 2, 3, 1).float() * (AB_LIMIT / BIN_STEP) + middle
    place = place.clamp(0, grid.shape[0] - 1.001)
    low = place.floor()
    (far_a, far_b), (row, column) = (place - low).unbind(-1), low.long().unbind(-1)
    bins = [grid[row + i, column + j] for i in (0, 1) for j in (0, 1)]
    near_a, near_b = 1 - far_a, 1 - far_b
    shares = (near_a * near_b, near_a * far_b, far_a * near_b, far_a * far_b)
    return torch.stack(bins, dim=-1), torch.stack(shares, dim=-1)


@lru_cache(maxsize=4)
def _grid(device: torch.device) -> Tensor:
    return torch.as_tensor(bin_grid(), device=device)
