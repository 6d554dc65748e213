"""How good the generator is on validation photos, in the study's measure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from tomau.color.spaces import AB_LIMIT
from tomau.color.torch_lab import normalized_lab
from tomau.data import Pack

SIDE = 256
_BATCH = 8


@dataclass(frozen=True)
class Validation:
    """Scores over the validation photos at 256x256.

    Attributes:
        rmse: equation (16), the mean over photos of each photo's ab-RMSE.
        gray_rmse: the same for the answer ab = 0.
        chroma_share: mean predicted chroma over mean true chroma.
        l1: equation (9) in normalised units.
    """

    rmse: float
    gray_rmse: float
    chroma_share: float
    l1: float

    def as_dict(self) -> dict[str, float]:
        """Return the scores by name."""
        return dict(self.__dict__)


def spread(count: int, wanted: int) -> NDArray[np.int64]:
    """Return up to ``wanted`` indices, evenly over ``count``."""
    return np.unique(np.linspace(0, count - 1, min(wanted, count)).round().astype(np.int64))


def validation_photos(pack: Pack, limit: int) -> NDArray[np.uint8]:
    """Return up to ``limit`` photos, spread evenly over the pack, as ``[N, 256, 256, 3]`` uint8."""
    size = (SIDE, SIDE)
    return np.stack(
        [
            np.asarray(Image.fromarray(pack.photo(i)).resize(size, Image.Resampling.BICUBIC))
            for i in spread(len(pack), limit)
        ]
    )


def to_tensor(pixels_u8: Tensor, device: torch.device) -> Tensor:
    """Cross from numpy's order to torch's: ``[N, H, W, C]`` uint8 to ``[N, C, H, W]`` in 0..1."""
    return pixels_u8.to(device, non_blocking=True).permute(0, 3, 1, 2).float().div_(255)


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Ask a network in eval mode, and leave it in the mode it was in."""
    training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(training)


@torch.inference_mode()
def predictions(
    generator: nn.Module, photos: NDArray[np.uint8], device: torch.device
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield ``(l, ab, truth)`` in batches, normalised, with the generator in eval mode."""
    with evaluating(generator):
        for start in range(0, len(photos), _BATCH):
            rgb_u8 = torch.from_numpy(photos[start : start + _BATCH])
            l, truth = normalized_lab(to_tensor(rgb_u8, device))
            yield l, generator(l.contiguous(memory_format=torch.channels_last)).float(), truth


def validate(generator: nn.Module, photos: NDArray[np.uint8], device: torch.device) -> Validation:
    """Score the generator on photos ``[N, 256, 256, 3]`` uint8."""
    rows = []
    for _, ab, truth in predictions(generator, photos, device):
        ab, truth = ab * AB_LIMIT, truth * AB_LIMIT
        rows.append(
            torch.stack(
                (
                    (ab - truth).square().mean(dim=(1, 2, 3)).sqrt(),
                    truth.square().mean(dim=(1, 2, 3)).sqrt(),
                    ab.norm(dim=1).mean(dim=(1, 2)),
                    truth.norm(dim=1).mean(dim=(1, 2)),
                    (ab - truth).abs().mean(dim=(1, 2, 3)) / AB_LIMIT,
                )
            )
        )
    rmse, gray_rmse, chroma, true_chroma, l1 = torch.cat(rows, dim=1).mean(dim=1).tolist()
    return Validation(rmse, gray_rmse, chroma / true_chroma, l1)
