"""Give folded BatchNorms back their statistics, so that a network can be trained again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

import torch
from torch import Tensor, nn


@torch.no_grad()
def unfold_batchnorm(module: nn.Module, batches: Iterable[Tensor]) -> int:
    """Recompute the statistics of folded BatchNorms without changing what the network answers.

    Folding moves a BatchNorm's scale and shift into its convolution and leaves mean 0, variance
    1, scale 1. Such a network answers rightly in eval mode, but in train mode each batch would
    be standardised by statistics that the folded filter no longer has. With m and v measured on
    real input, mean = m, variance = v, scale = sqrt(v + eps), shift += m is the same function in
    eval mode and a consistent one in train mode.

    Args:
        module: the network, in eval mode while this runs; its mode is restored.
        batches: inputs ``[N, 1, H, W]`` of the kind it will see.

    Returns:
        How many BatchNorms were folded and have been restored.
    """
    folded: list[nn.BatchNorm2d] = [part for part in module.modules() if _is_folded(part)]
    if not folded:
        return 0
    sums: dict[nn.Module, list[Tensor]] = {}

    def collect(part: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        x = inputs[0].double()
        count = x.new_tensor(x.numel() / x.shape[1])
        moments = [count, x.sum(dim=(0, 2, 3)), x.square().sum(dim=(0, 2, 3))]
        old = sums.get(part)
        sums[part] = moments if old is None else [a + b for a, b in zip(old, moments, strict=True)]

    handles = [part.register_forward_pre_hook(collect) for part in folded]
    training = module.training
    module.eval()
    for batch in batches:
        module(batch)
    module.train(training)
    for handle in handles:
        handle.remove()
    for part in folded:
        count, total, squares = sums[part]
        mean = total / count
        variance = (squares / count - mean.square()).clamp_min(0)
        _restore(part, mean.float(), variance.float())
    return len(folded)


def _is_folded(part: nn.Module) -> TypeGuard[nn.BatchNorm2d]:
    if not isinstance(part, nn.BatchNorm2d) or part.running_var is None:
        return False
    ones = torch.ones_like(part.running_var)
    # A fresh BatchNorm looks the same but for its shift, which folding leaves behind.
    return (
        torch.allclose(part.running_var, ones, atol=1e-4)
        and torch.allclose(part.weight, ones)
        and bool(part.bias.any())
    )


def _restore(part: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """Standardise by (mean, variance), then undo it by scale and shift."""
    if part.running_mean is None or part.running_var is None:
        return
    scale = part.weight / torch.sqrt(part.running_var + part.eps)
    part.bias.add_(scale * (mean - part.running_mean))
    part.weight.copy_(scale * torch.sqrt(variance + part.eps))
    part.running_mean.copy_(mean)
    part.running_var.copy_(variance)
