"""One optimisation step of each regime, apart from the loop that repeats it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from tomau.training.losses import (
    discriminator_loss,
    generator_adversarial_loss,
    generator_loss,
    l1_loss,
)


class Step(Protocol):
    """A regime: takes a batch, moves the weights, tells the losses."""

    def __call__(self, l: Tensor, ab: Tensor) -> dict[str, Tensor]:
        """Run one step on ``l`` ``[N,1,H,W]`` and ``ab`` ``[N,2,H,W]``, both normalised."""
        ...


class L1Step:
    """Phase 1: the generator alone, equation (9)."""

    def __init__(self, fabric: Fabric, generator: nn.Module, optimizer: Optimizer) -> None:
        self.fabric = fabric
        self.generator = generator
        self.optimizer = optimizer

    def __call__(self, l: Tensor, ab: Tensor) -> dict[str, Tensor]:
        loss = l1_loss(self.generator(l), ab)
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        self.optimizer.step()
        return {"l1": loss.detach()}


class AdversarialStep:
    """Phase 2: discriminator and generator in turn, equations (1), (3), (8)-(10), (14).

    ``judge`` is the discriminator without its data-parallel wrapping, which would wait for
    gradients that the generator's update does not make.
    """

    def __init__(
        self,
        fabric: Fabric,
        generator: nn.Module,
        discriminator: nn.Module,
        judge: nn.Module,
        generator_optimizer: Optimizer,
        discriminator_optimizer: Optimizer,
        l1_weight: float,
    ) -> None:
        self.fabric = fabric
        self.generator = generator
        self.discriminator = discriminator
        self.judge = judge
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        self.l1_weight = l1_weight

    def __call__(self, l: Tensor, ab: Tensor) -> dict[str, Tensor]:
        fake = self.generator(l)
        loss_d, real_mean, fake_mean = self._update_discriminator(l, ab, fake.detach())
        gan, l1 = self._update_generator(l, ab, fake)
        return {"d": loss_d, "g_gan": gan, "l1": l1, "d_real": real_mean, "d_fake": fake_mean}

    def _update_discriminator(
        self, l: Tensor, ab: Tensor, fake: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        real_logits = self.discriminator(torch.cat((l, ab), dim=1))
        fake_logits = self.discriminator(torch.cat((l, fake), dim=1))
        loss = discriminator_loss(real_logits, fake_logits)
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        self.discriminator_optimizer.step()
        return (
            loss.detach(),
            real_logits.detach().sigmoid().mean(),
            fake_logits.detach().sigmoid().mean(),
        )

    def _update_generator(self, l: Tensor, ab: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        with _frozen(self.judge):
            with self.fabric.autocast():
                fake_logits = self.judge(torch.cat((l, fake), dim=1))
            loss = generator_loss(fake_logits, fake, ab, self.l1_weight)
            self.generator_optimizer.zero_grad(set_to_none=True)
            self.fabric.backward(loss)
        self.generator_optimizer.step()
        # The parts again, for the log: means over what is at hand cost nothing beside the step.
        return generator_adversarial_loss(fake_logits.detach()), l1_loss(fake.detach(), ab)


@contextmanager
def _frozen(module: nn.Module) -> Iterator[None]:
    """Spare the gradients of a network that is only asked, not taught."""
    module.requires_grad_(False)
    try:
        yield
    finally:
        module.requires_grad_(True)
