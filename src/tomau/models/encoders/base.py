"""What every encoder offers a decoder, and how an RGB filter becomes a luminance filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from tomau.models.registry import Registry


class Encoder(Protocol):
    """A network from normalised luminance to features, each half the size of the one before.

    The first lies at ``finest_stride``, the last at stride 32.
    """

    channels: tuple[int, ...]
    finest_stride: int

    def __call__(self, x: Tensor) -> list[Tensor]:
        """Map ``[N, inputs, H, W]``, for colour L*/50 - 1, to a feature map per stride."""
        ...


encoders: Registry[nn.Module] = Registry("encoder")


@dataclass(frozen=True)
class RGBStandardization:
    """How ImageNet weights expect their picture: ``(rgb - mean) / std`` with rgb in 0..1."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


IMAGENET = RGBStandardization((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
EFFICIENTNET_LITE = RGBStandardization((127 / 255,) * 3, (128 / 255,) * 3)


def luminance_filter(weight: Tensor, rgb: RGBStandardization) -> tuple[Tensor, Tensor]:
    """Fold an RGB filter and its standardisation into a filter on normalised luminance.

    A gray picture has r = g = b = (l + 1) / 2 up to the small difference between the sRGB and
    the L* curve, so the filter's answer to it is linear in l plus a constant.

    Args:
        weight: ``[C, 3, k, k]`` of the first convolution.
        rgb: the standardisation the filter was trained with.

    Returns:
        The filter ``[C, 1, k, k]`` and the constant ``[C]`` it lacks; a BatchNorm that follows
        takes the constant in by ``running_mean -= constant``.
    """
    mean = weight.new_tensor(rgb.mean)[None, :, None, None]
    std = weight.new_tensor(rgb.std)[None, :, None, None]
    scaled = weight / std
    constant = (scaled * (0.5 - mean)).sum(dim=(1, 2, 3))
    return scaled.sum(dim=1, keepdim=True) / 2, constant


@torch.no_grad()
def load_first_convolution(
    conv: nn.Conv2d, norm: nn.BatchNorm2d, weight: Tensor, rgb: RGBStandardization
) -> None:
    """Put a 3-channel filter into a convolution on luminance and its BatchNorm.

    Channels beside luminance start at zero. A filter of the convolution's own count is copied.
    """
    if weight.shape == conv.weight.shape:
        conv.weight.copy_(weight)
        return
    gray, constant = luminance_filter(weight.float(), rgb)
    conv.weight.zero_()
    conv.weight[:, :1] = gray
    if norm.running_mean is not None:
        norm.running_mean -= constant
