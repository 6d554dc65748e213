"""What a run learns, apart from how: the Protocol that the loop asks for batches and scores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tomau.data import Pack
from tomau.training.batch import Batch
from tomau.training.config import PhaseConfig

Tile = NDArray[np.uint8]


class Task(Protocol):
    """A problem from pictures to pictures.

    Attributes:
        train: the photos that are learnt from.
        inputs: channels that the generator reads.
        outputs: channels that it answers.
        titles: what the pictures of a sample are.
    """

    train: Pack
    inputs: int
    outputs: int
    titles: tuple[str, ...]

    def batch(
        self,
        pixels_u8: Tensor,
        phase: PhaseConfig,
        generator: nn.Module,
        device: torch.device,
        random: np.random.Generator,
    ) -> Batch:
        """Turn crops ``[N, H, W, C]`` into a step's batch; all chance comes from ``random``."""
        ...

    def validate(self, generator: nn.Module, device: torch.device) -> dict[str, float]:
        """Score the generator on the held-out photos."""
        ...

    def samples(
        self, generator: nn.Module, device: torch.device, count: int
    ) -> list[tuple[Tile, ...]]:
        """Draw some held-out photos and what becomes of them, uint8 sRGB or gray."""
        ...

    def encoder_inputs(self, crops_u8: Iterable[NDArray[np.uint8]]) -> Iterable[Tensor]:
        """What an encoder sees of crops ``[N, H, W, C]``, to measure its statistics on."""
        ...

    def class_weights(self, rebalance: float) -> Tensor:
        """Return how much each class counts in the loss ``classes``, ``[classes]``.

        Raises:
            UsageError: the task has no classes.
        """
        ...
