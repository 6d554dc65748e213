"""A U-Net decoder that fits itself to the shapes of any encoder's features.

Source: Ronneberger et al., "U-Net", MICCAI 2015; resize and convolve in place of transposed
convolutions after Odena et al., "Deconvolution and Checkerboard Artifacts", Distill 2016.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class UpBlock(nn.Module):
    """Double the size, join the skip connection, two 3x3 convolutions."""

    def __init__(self, inputs: int, skip: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs + skip, outputs, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        x = torch.cat((x, skip), dim=1)
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)))


class JoinBlock(nn.Module):
    """Double the size, add the skip connection, two 3x3 convolutions.

    Both sides come to ``joined`` channels by 1x1 convolutions, the coarse one before it grows: the
    first 3x3 convolution reads few channels, and nothing is concatenated.
    """

    def __init__(self, inputs: int, skip: int, joined: int, outputs: int) -> None:
        super().__init__()
        self.join_x = nn.Conv2d(inputs, joined, 1, bias=False)
        self.join_skip = nn.Conv2d(skip, joined, 1, bias=False)
        self.conv1 = nn.Conv2d(joined, outputs, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = F.interpolate(self.join_x(x), scale_factor=2.0, mode="nearest") + self.join_skip(skip)
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)))


class UNetDecoder(nn.Module):
    """Features, each half the size of the one before, to ``outputs`` channels at the finest."""

    def __init__(self, channels: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__()
        if len(widths) != len(channels) - 1:
            raise ValueError(f"{len(widths)} widths came; expected {len(channels) - 1}")
        self.outputs = widths[-1]
        skips = list(channels[-2::-1])
        inputs = [channels[-1], *widths[:-1]]
        self.blocks = nn.ModuleList(
            UpBlock(*shape) for shape in zip(inputs, skips, widths, strict=True)
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Walk from the coarsest feature map to the finest, ``[N, outputs, h, w]``."""
        x = features[-1]
        for block, skip in zip(self.blocks, features[-2::-1], strict=True):
            x = block(x, skip)
        return x
