"""One optimisation step, apart from the loop that repeats it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from tomau.color.torch_lab import lab_to_srgb
from tomau.training.batch import Batch
from tomau.training.config import LossWeights
from tomau.training.losses import (
    class_loss,
    discriminator_loss,
    generator_adversarial_loss,
    hinge_discriminator_loss,
    hinge_generator_loss,
    l1_loss,
    smooth_l1_loss,
)
from tomau.training.perception import Perception, colorfulness_error, dullness

_GAN_LOSSES = {
    "vanilla": (discriminator_loss, generator_adversarial_loss),
    "hinge": (hinge_discriminator_loss, hinge_generator_loss),
}


class Adversary:
    """The discriminator's side of the game, equations (1), (3) and (8).

    ``judge`` is the discriminator without its data-parallel wrapping, which would wait for
    gradients that the generator's update does not make.
    """

    def __init__(
        self,
        fabric: Fabric,
        discriminator: nn.Module,
        judge: nn.Module,
        optimizer: Optimizer,
        kind: str = "vanilla",
    ) -> None:
        self.fabric = fabric
        self.discriminator = discriminator
        self.judge = judge
        self.optimizer = optimizer
        self._loss_of_d, self._loss_of_g = _GAN_LOSSES[kind]

    def learn(self, l: Tensor, truth: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Update D on true and generated pictures; tell its loss and its mean answers."""
        real_logits = self.discriminator(torch.cat((l, truth), dim=1))
        fake_logits = self.discriminator(torch.cat((l, fake), dim=1))
        loss = self._loss_of_d(real_logits, fake_logits)
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        self.optimizer.step()
        return {
            "d": loss.detach(),
            "d_real": real_logits.detach().sigmoid().mean(),
            "d_fake": fake_logits.detach().sigmoid().mean(),
        }

    def judgement(self, l: Tensor, fake: Tensor) -> Tensor:
        """Return the generator's adversarial loss."""
        with self.fabric.autocast():
            return self._loss_of_g(self.judge(torch.cat((l, fake), dim=1)))


class TrainingStep:
    """Takes a batch, moves the weights, tells the losses.

    The generator minimises a weighted sum of terms: L1 alone is the study's phase 1, equation
    (9); L1 and the adversary its phase 2, equations (10) and (14).
    """

    def __init__(
        self,
        fabric: Fabric,
        generator: nn.Module,
        optimizer: Optimizer,
        weights: LossWeights,
        *,
        adversary: Adversary | None = None,
        perception: Perception | None = None,
        class_weights: Tensor | None = None,
    ) -> None:
        self.fabric = fabric
        self.generator = generator
        self.optimizer = optimizer
        self.weights = weights
        self.adversary = adversary
        self.perception = perception
        self.class_weights = class_weights

    def __call__(self, batch: Batch) -> dict[str, Tensor]:
        """Run one step and return each loss by name, detached."""
        classes = hinted = None
        if self.weights.classes or self.weights.hints:
            fake, classes, hinted = self.generator(*batch.inputs, taught=True)
        else:
            fake = self.generator(*batch.inputs)
        told: dict[str, Tensor] = {}
        if self.adversary is not None:
            told |= self.adversary.learn(batch.l, batch.ab, fake.detach())
        with _frozen(self.adversary.judge) if self.adversary is not None else nullcontext():
            terms = self._terms(batch, fake, classes, hinted)
            self.optimizer.zero_grad(set_to_none=True)
            self.fabric.backward(self._weighted(terms))
        self.optimizer.step()
        told |= {name: term.detach() for name, term in terms.items()}
        # For the log of every run, asked for or not: it costs nothing beside the step.
        return told if "l1" in told else told | {"l1": l1_loss(fake.detach(), batch.ab)}

    def _terms(
        self, batch: Batch, fake: Tensor, classes: Tensor | None, hinted: Tensor | None
    ) -> dict[str, Tensor]:
        terms: dict[str, Tensor] = {}
        if self.adversary is not None:
            terms["g_gan"] = self.adversary.judgement(batch.l, fake)
        if self.weights.l1:
            terms["l1"] = l1_loss(fake, batch.ab)
        if self.weights.smooth_l1:
            terms["smooth_l1"] = smooth_l1_loss(fake, batch.ab)
        if hinted is not None and batch.wanted is not None:
            terms["hints"] = smooth_l1_loss(hinted, batch.wanted)
        if classes is not None:
            terms["classes"] = class_loss(classes, batch.ab, self.class_weights)
        if self._looks:
            rgb, truth = (lab_to_srgb(batch.l, ab.float()) for ab in (fake, batch.ab))
            if self.perception is not None:
                with self.fabric.autocast():
                    terms["features"] = self.perception.distance(rgb, truth)
            if self.weights.colorfulness:
                terms["colorfulness"] = dullness(rgb)
            if self.weights.colorfulness_error:
                terms["colorfulness_error"] = colorfulness_error(rgb, truth)
        return terms

    @property
    def _looks(self) -> bool:
        """Whether a term looks at the picture in sRGB."""
        weights = self.weights
        return bool(self.perception or weights.colorfulness or weights.colorfulness_error)

    def _weighted(self, terms: Mapping[str, Tensor]) -> Tensor:
        weights = self.weights.model_dump()
        weighted = [weights[name] * term for name, term in terms.items()]
        return torch.stack(weighted).sum()


@contextmanager
def _frozen(module: nn.Module) -> Iterator[None]:
    """Spare the gradients of a network that is only asked, not taught."""
    module.requires_grad_(False)
    try:
        yield
    finally:
        module.requires_grad_(True)
