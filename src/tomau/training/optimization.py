"""Optimisers: what learns in a phase, and how fast at a step."""

from __future__ import annotations

from typing import cast

from torch import nn
from torch.optim import AdamW, Optimizer

from tomau.errors import UsageError
from tomau.training.config import PhaseConfig


def freeze(generator: nn.Module, config: PhaseConfig) -> None:
    """Keep a phase's frozen parts and fixed statistics as they are; the rest learns.

    Raises:
        UsageError: the generator has no part of that name.
    """
    generator.requires_grad_(True)
    if config.fixed_statistics:
        cast("nn.Module", generator.encoder).eval()
    for name in config.frozen:
        try:
            part = generator.get_submodule(name)
        except AttributeError as error:
            raise UsageError(
                f"frozen: {name!r} came; expected a part of the generator, such as encoder"
            ) from error
        part.requires_grad_(False).eval()


def generator_optimizer(generator: nn.Module, config: PhaseConfig) -> Optimizer:
    """Adam over two groups: the encoder's rate is scaled. AdamW without decay is Adam."""
    learning = [(name, p) for name, p in generator.named_parameters() if p.requires_grad]
    groups = [
        {
            "params": [p for name, p in learning if name.startswith("encoder.")],
            "lr": config.lr * config.encoder_lr_factor,
        },
        {"params": [p for name, p in learning if not name.startswith("encoder.")], "lr": config.lr},
    ]
    optimizer = AdamW(
        [group for group in groups if group["params"]],
        betas=config.betas,
        weight_decay=config.weight_decay,
    )
    return _with_full_rates(optimizer)


def discriminator_optimizer(discriminator: nn.Module, config: PhaseConfig) -> Optimizer:
    """Adam at the discriminator's own rate."""
    rate = config.discriminator_lr or config.lr
    optimizer = AdamW(discriminator.parameters(), rate, config.betas, weight_decay=0.0)
    return _with_full_rates(optimizer)


def set_rates(factor: float, *optimizers: Optimizer | None) -> None:
    """Bring every group to its phase's rate times a factor."""
    for optimizer in optimizers:
        for group in optimizer.param_groups if optimizer is not None else ():
            group["lr"] = group["full_lr"] * factor


def _with_full_rates(optimizer: Optimizer) -> Optimizer:
    """Keep each group's full rate beside the scheduled one."""
    for group in optimizer.param_groups:
        group["full_lr"] = group["lr"]
    return optimizer
