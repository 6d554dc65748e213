"""The task: from any picture to its partner, whatever the channels of the two mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from tomau.data import Pack, PairShape
from tomau.data.pack import resized
from tomau.errors import UsageError
from tomau.training.batch import Batch
from tomau.training.config import PhaseConfig
from tomau.training.task import Tile
from tomau.training.validation import evaluating, spread, to_tensor

_LEVELS = 127.5  # 8-bit levels in a unit of a network's -1..1
_MEAN_PAIRS = 1000
_BATCH = 8


class Translation:
    """Pairs of pictures teach what to make of the first of them.

    Pixels are uint8, networks see v/127.5 - 1.
    """

    titles: tuple[str, ...] = ("input", "prediction", "target")

    def __init__(
        self, train: Pack, held_out: Pack, shape: PairShape, *, limit: int, side: int
    ) -> None:
        """Take packs of pairs; at most ``limit`` of those held out are scored, as squares.

        ``side`` is theirs in pixels: that of training crops, which any generator takes.
        """
        self.train = train
        self.inputs, self.outputs = shape.inputs, shape.outputs
        self._pairs = np.stack(
            [
                resized(held_out.photo(i), (side, side), Image.Resampling.BICUBIC)
                for i in spread(len(held_out), limit)
            ]
        )
        self._mean = self._mean_target()

    def _mean_target(self) -> Tensor:
        """Return the mean of the training targets, ``[1, outputs, 1, 1]``."""
        chosen = spread(len(self.train), _MEAN_PAIRS)
        means = [self.train.photo(i)[..., self.inputs :].mean(axis=(0, 1)) for i in chosen]
        mean = np.mean(means, axis=0, dtype=np.float64) / _LEVELS - 1
        return torch.from_numpy(mean).float().view(1, -1, 1, 1)

    def batch(
        self,
        pixels_u8: Tensor,
        phase: PhaseConfig,  # noqa: ARG002
        generator: nn.Module,  # noqa: ARG002
        device: torch.device,
        random: np.random.Generator,  # noqa: ARG002
    ) -> Batch:
        """Split crops ``[N, H, W, inputs + outputs]`` into input and target."""
        seen, target = self._split(pixels_u8, device)
        return Batch(seen, target, seen)

    def _split(self, pixels_u8: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
        pair = to_network(pixels_u8, device)
        seen, target = pair[:, : self.inputs], pair[:, self.inputs :]
        return seen.contiguous(memory_format=torch.channels_last), target

    def validate(self, generator: nn.Module, device: torch.device) -> dict[str, float]:
        """Score the generator on the held-out pairs.

        Returns:
            ``rmse``, the mean over pairs of each pair's RMSE in 8-bit levels; ``mean_rmse``, the
            same for one answer to all, the training targets' mean; ``l1`` in -1..1.
        """
        mean = self._mean.to(device)
        rows = []
        for _, answer, target in self._predictions(generator, self._pairs, device):
            rows.append(
                torch.stack(
                    (
                        _rmse(answer, target) * _LEVELS,
                        _rmse(mean, target) * _LEVELS,
                        (answer - target).abs().mean(dim=(1, 2, 3)),
                    )
                )
            )
        scores = torch.cat(rows, dim=1).mean(dim=1).tolist()
        return dict(zip(("rmse", "mean_rmse", "l1"), scores, strict=True))

    def samples(
        self, generator: nn.Module, device: torch.device, count: int
    ) -> list[tuple[Tile, ...]]:
        """Draw input, prediction and target: RGB of three channels, else the first as gray."""
        shown = self._pairs[spread(len(self._pairs), count)]
        return [
            tuple(_tile(picture) for picture in pair)
            for batch in self._predictions(generator, shown, device)
            for pair in zip(*batch, strict=True)
        ]

    @torch.inference_mode()
    def _predictions(
        self, generator: nn.Module, pairs: NDArray[np.uint8], device: torch.device
    ) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Yield ``(input, answer, target)`` in batches, -1..1, with the generator in eval mode."""
        with evaluating(generator):
            for start in range(0, len(pairs), _BATCH):
                pixels_u8 = torch.from_numpy(pairs[start : start + _BATCH])
                seen, target = self._split(pixels_u8, device)
                yield seen, generator(seen).float(), target

    def encoder_inputs(self, crops_u8: Iterable[NDArray[np.uint8]]) -> Iterable[Tensor]:
        """Yield inputs ``[N, inputs, H, W]``."""
        device = torch.device("cpu")
        return (self._split(torch.from_numpy(pixels), device)[0] for pixels in crops_u8)

    def class_weights(self, rebalance: float) -> Tensor:  # noqa: ARG002
        """Refuse: a translation has no classes."""
        raise UsageError("rebalance came for a translation, which has no classes; leave it out")


@torch.inference_mode()
def translate(generator: nn.Module, pixels_u8: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Answer one picture of any size with a trained generator.

    Args:
        generator: a network with the ``stride`` that its input has to be a multiple of; the
            picture is filled up to it by repeating its border.
        pixels_u8: HxWxC, or HxW for one channel.

    Returns:
        HxWxC of the generator's outputs, uint8.
    """
    height, width, *_ = pixels_u8.shape
    stride = int(generator.stride)  # type: ignore[arg-type]
    filled = np.pad(
        pixels_u8.reshape(height, width, -1),
        ((0, -height % stride), (0, -width % stride), (0, 0)),
        mode="edge",
    )
    device = next(generator.parameters()).device
    with evaluating(generator):
        answer = generator(to_network(torch.from_numpy(filled)[None], device))[0]
    return _to_pixels(answer)[:height, :width]


def to_network(pixels_u8: Tensor, device: torch.device) -> Tensor:
    """Cross from ``[N, H, W, C]`` uint8 to ``[N, C, H, W]`` in -1..1."""
    return to_tensor(pixels_u8, device).mul_(2).sub_(1)


def _to_pixels(x: Tensor) -> NDArray[np.uint8]:
    """Cross from ``[C, H, W]`` in -1..1 to HxWxC uint8."""
    levels = ((x.float() + 1) * _LEVELS).round_().clamp_(0, 255).byte()
    pixels: NDArray[np.uint8] = levels.permute(1, 2, 0).cpu().numpy()
    return pixels


def _tile(x: Tensor) -> Tile:
    pixels = _to_pixels(x)
    return pixels if pixels.shape[2] == 3 else pixels[..., 0]


def _rmse(answer: Tensor, target: Tensor) -> Tensor:
    return (answer - target).square().mean(dim=(1, 2, 3)).sqrt()
