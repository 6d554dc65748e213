"""The task: from the luminance of photos to their chroma."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tomau.color.bins import ab_bins
from tomau.color.torch_lab import normalized_lab
from tomau.data import Pack, hint_patches
from tomau.models.generators import HintUNet
from tomau.models.hints import paint_hints
from tomau.training.batch import Batch, age, recolor
from tomau.training.config import PhaseConfig
from tomau.training.logbook import sample_triple
from tomau.training.losses import soft_bins
from tomau.training.task import Tile
from tomau.training.validation import predictions, spread, to_tensor, validate, validation_photos

_PRIOR_PHOTOS = 1000


class Colorization:
    """Photos in colour teach what their luminance was."""

    inputs, outputs = 1, 2
    titles: tuple[str, ...] = ("input", "prediction", "truth")

    def __init__(self, train: Pack, held_out: Pack, validation_limit: int) -> None:
        self.train = train
        self._photos = validation_photos(held_out, validation_limit)

    def batch(
        self,
        pixels_u8: Tensor,
        phase: PhaseConfig,
        generator: nn.Module,
        device: torch.device,
        random: np.random.Generator,
    ) -> Batch:
        """Split crops ``[N, H, W, 3]`` into luminance, worn as the phase says, and chroma."""
        l, ab = normalized_lab(to_tensor(pixels_u8, device))
        l = l.contiguous(memory_format=torch.channels_last)
        seen = age(l, phase.aged, random) if phase.aged else l
        if phase.hints is None or not isinstance(generator, HintUNet):
            return Batch(l, ab, seen)
        wanted, on_things = recolor(l, ab, phase.hints.recolored, random)
        patches = hint_patches(len(ab), ab.shape[-1], phase.hints.options, random)
        # A photo without hints stays without, and one that was recoloured tells of it.
        told = on_things[np.isin(on_things[:, 0], patches[:, 0])]
        return Batch(l, ab, seen, paint_hints(wanted, np.concatenate((patches, told))), wanted)

    def validate(self, generator: nn.Module, device: torch.device) -> dict[str, float]:
        """Score automatic colour, as `tomau.training.validation` says."""
        return validate(generator, self._photos, device).as_dict()

    def samples(
        self, generator: nn.Module, device: torch.device, count: int
    ) -> list[tuple[Tile, ...]]:
        """Draw gray, predicted and true pictures."""
        shown = self._photos[spread(len(self._photos), count)]
        return [
            sample_triple(l, ab, truth)
            for batch in predictions(generator, shown, device)
            for l, ab, truth in zip(*batch, strict=True)
        ]

    def encoder_inputs(self, crops_u8: Iterable[NDArray[np.uint8]]) -> Iterable[Tensor]:
        """Yield normalised luminance ``[N, 1, H, W]``."""
        device = torch.device("cpu")
        return (normalized_lab(to_tensor(torch.from_numpy(rgb), device))[0] for rgb in crops_u8)

    def class_weights(self, rebalance: float) -> Tensor:
        """Return how much each bin counts, from how often photos have its colours.

        w ~ 1 / ((1 - rebalance) p + rebalance / Q), its mean over the colours of photos 1.

        Returns:
            ``[305]`` float32.

        Source: Zhang, Isola, Efros, ECCV 2016, equation (4); rebalance is their lambda.
        """
        counts = torch.zeros(len(ab_bins()))
        for index in spread(len(self.train), _PRIOR_PHOTOS):
            rgb = torch.from_numpy(self.train.photo(index)[::8, ::8].copy())[None]
            bins, shares = soft_bins(normalized_lab(to_tensor(rgb, torch.device("cpu")))[1])
            counts.index_add_(0, bins.flatten(), shares.flatten())
        p = counts / counts.sum()
        weights = 1 / ((1 - rebalance) * p + rebalance / len(p))
        return weights / (p * weights).sum()
