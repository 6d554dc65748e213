"""Phases in steps, and the learning rate at each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tomau.training.config import PhaseConfig


@dataclass(frozen=True)
class Phase:
    """A phase placed on the run's step axis: steps ``start`` to ``stop - 1``."""

    config: PhaseConfig
    number: int
    start: int
    stop: int
    epoch_steps: int = 1

    def epoch(self, step: int) -> int:
        """Return how many epochs of this phase are finished after ``step`` steps of the run."""
        return -(-(step - self.start) // self.epoch_steps)

    def ends_epoch(self, step: int) -> bool:
        """Tell whether the last of ``step`` steps ended an epoch, or the phase."""
        return step == self.stop or (step - self.start) % self.epoch_steps == 0

    def lr_factor(self, step: int) -> float:
        """Return what multiplies the phase's learning rates at a step of the run.

        Source: linear warm-up as in Goyal et al. 2017; cosine as in Loshchilov and Hutter, SGDR,
        ICLR 2017, equation (5), without restarts.
        """
        done = step - self.start
        warmup = self.config.warmup_steps
        if done < warmup:
            return (done + 1) / warmup
        if self.config.schedule == "constant":
            return 1.0
        share = (done - warmup) / max(1, self.stop - self.start - warmup)
        floor = self.config.final_lr_factor
        return floor + (1 - floor) * (1 + math.cos(math.pi * share)) / 2


def lay_out(phases: Sequence[PhaseConfig], photos: int) -> list[Phase]:
    """Place the phases one after the other; an epoch is ``photos // batch`` steps."""
    placed = []
    start = 0
    for number, config in enumerate(phases):
        epoch = max(1, photos // config.batch)
        steps = max(1, round(config.epochs * epoch))
        placed.append(Phase(config, number, start, start + steps, epoch))
        start += steps
    return placed
