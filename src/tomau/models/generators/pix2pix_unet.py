"""``unet.pix2pix``: the 256x256 U-Net generator of pix2pix.

Source: Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", CVPR
2017, section 6.1.1: C64-C128-C256-C512-C512-C512-C512-C512 and its mirror with skips.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from tomau.models.generators.base import check_size, generators
from tomau.models.initialization import init_normal

_WIDTHS = (64, 128, 256, 512, 512, 512, 512, 512)
_DROPOUT_BLOCKS = 3


class Pix2PixUNet(nn.Module):
    """Eight halvings to 1x1, eight doublings back, a skip at each size."""

    stride = 256

    def __init__(self, *, inputs: int = 1, outputs: int = 2) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            _down(before, after, first=index == 0, last=index == len(_WIDTHS) - 1)
            for index, (before, after) in enumerate(
                zip((inputs, *_WIDTHS[:-1]), _WIDTHS, strict=True)
            )
        )
        up = []
        for index, skip in enumerate(reversed(_WIDTHS[:-1])):
            before = _WIDTHS[-1] if index == 0 else 2 * _WIDTHS[-1 - index]
            up.append(_up(before, skip, dropout=index < _DROPOUT_BLOCKS))
        self.up = nn.ModuleList(up)
        self.head = nn.Sequential(
            nn.ReLU(), nn.ConvTranspose2d(2 * _WIDTHS[0], outputs, 4, 2, 1), nn.Tanh()
        )
        init_normal(self)

    def forward(self, l: Tensor) -> Tensor:
        """Map ``[N, inputs, H, W]`` to ``[N, outputs, H, W]``, both -1..1.

        For colour: ``l`` (L*/50 - 1) to ``ab`` (ab/110).

        Raises:
            UsageError: H or W is not a multiple of 256.
        """
        if not torch.compiler.is_compiling():
            check_size(l, self.stride)
        skips = [l]
        for block in self.down:
            skips.append(block(skips[-1]))
        x = skips.pop()
        for block in self.up:
            x = torch.cat((block(x), skips.pop()), dim=1)
        return cast("Tensor", self.head(x))


def _down(inputs: int, outputs: int, *, first: bool, last: bool) -> nn.Sequential:
    # The first and the innermost block have no BatchNorm: one sees raw pixels, the other a
    # single value per channel, which normalisation would erase.
    plain = first or last
    layers: list[nn.Module] = [] if first else [nn.LeakyReLU(0.2)]
    layers.append(nn.Conv2d(inputs, outputs, 4, 2, 1, bias=plain))
    if not plain:
        layers.append(nn.BatchNorm2d(outputs))
    return nn.Sequential(*layers)


def _up(inputs: int, outputs: int, *, dropout: bool) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.ReLU(),
        nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if dropout:
        layers.append(nn.Dropout(0.5))
    return nn.Sequential(*layers)


generators.register("unet.pix2pix")(Pix2PixUNet)
