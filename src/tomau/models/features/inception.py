"""Inception-v3 as FID uses it: TensorFlow's 2015 network, its features before the classifier.

Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016,
figures 5 to 7 and 10; Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a
Local Nash Equilibrium", 2017, for its use. Parameter names are those of the published file. That
network differs from later ones: averages do not count the padding, and the last block pools by
the maximum.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tomau.models.features.published import (
    PublishedFile,
    identify,
    load_whole,
    read_pickled_weights,
)

FILES = (
    PublishedFile(
        "pt_inception-2015-12-05-6726825d.pth",
        "the release fid_weights of github.com/mseitzer/pytorch-fid",
        "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
    ),
)

_SIDE = 299
_CLASSES = 1008
_average = partial(F.avg_pool2d, kernel_size=3, stride=1, padding=1, count_include_pad=False)
_shrink = partial(F.max_pool2d, kernel_size=3, stride=2)


class Convolution(nn.Module):
    """Convolution, BatchNorm, ReLU."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int | tuple[int, int] = 1,
        stride: int = 1,
        *,
        padded: bool = True,
    ) -> None:
        super().__init__()
        size = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = (size[0] // 2, size[1] // 2) if padded else (0, 0)
        self.conv = nn.Conv2d(inputs, outputs, size, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)), inplace=True)


class BlockA(nn.Module):
    """35x35: one 1x1, one 5x5, two 3x3 (figure 5)."""

    def __init__(self, inputs: int, pooled: int) -> None:
        super().__init__()
        self.branch1x1 = Convolution(inputs, 64)
        self.branch5x5_1 = Convolution(inputs, 48)
        self.branch5x5_2 = Convolution(48, 64, 5)
        self.branch3x3dbl_1 = Convolution(inputs, 64)
        self.branch3x3dbl_2 = Convolution(64, 96, 3)
        self.branch3x3dbl_3 = Convolution(96, 96, 3)
        self.branch_pool = Convolution(inputs, pooled)

    def forward(self, x: Tensor) -> Tensor:
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        single = self.branch5x5_2(self.branch5x5_1(x))
        return torch.cat([self.branch1x1(x), single, double, self.branch_pool(_average(x))], 1)


class BlockB(nn.Module):
    """35x35 to 17x17 (figure 10)."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3 = Convolution(inputs, 384, 3, 2, padded=False)
        self.branch3x3dbl_1 = Convolution(inputs, 64)
        self.branch3x3dbl_2 = Convolution(64, 96, 3)
        self.branch3x3dbl_3 = Convolution(96, 96, 3, 2, padded=False)

    def forward(self, x: Tensor) -> Tensor:
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), double, _shrink(x)], 1)


class BlockC(nn.Module):
    """17x17: 7x7 taken apart into rows and columns (figure 6, n = 7)."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        row, column = (1, 7), (7, 1)
        self.branch1x1 = Convolution(inputs, 192)
        self.branch7x7_1 = Convolution(inputs, width)
        self.branch7x7_2 = Convolution(width, width, row)
        self.branch7x7_3 = Convolution(width, 192, column)
        self.branch7x7dbl_1 = Convolution(inputs, width)
        self.branch7x7dbl_2 = Convolution(width, width, column)
        self.branch7x7dbl_3 = Convolution(width, width, row)
        self.branch7x7dbl_4 = Convolution(width, width, column)
        self.branch7x7dbl_5 = Convolution(width, 192, row)
        self.branch_pool = Convolution(inputs, 192)

    def forward(self, x: Tensor) -> Tensor:
        single = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        return torch.cat([self.branch1x1(x), single, double, self.branch_pool(_average(x))], 1)


class BlockD(nn.Module):
    """17x17 to 8x8."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3_1 = Convolution(inputs, 192)
        self.branch3x3_2 = Convolution(192, 320, 3, 2, padded=False)
        self.branch7x7x3_1 = Convolution(inputs, 192)
        self.branch7x7x3_2 = Convolution(192, 192, (1, 7))
        self.branch7x7x3_3 = Convolution(192, 192, (7, 1))
        self.branch7x7x3_4 = Convolution(192, 192, 3, 2, padded=False)

    def forward(self, x: Tensor) -> Tensor:
        seven = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))
        three = self.branch3x3_2(self.branch3x3_1(x))
        return torch.cat([three, self.branch7x7x3_4(seven), _shrink(x)], 1)


class BlockE(nn.Module):
    """8x8: 3x3 spread out into a row and a column side by side (figure 7)."""

    def __init__(self, inputs: int, *, pool_by_maximum: bool) -> None:
        super().__init__()
        self.pool_by_maximum = pool_by_maximum
        row, column = (1, 3), (3, 1)
        self.branch1x1 = Convolution(inputs, 320)
        self.branch3x3_1 = Convolution(inputs, 384)
        self.branch3x3_2a = Convolution(384, 384, row)
        self.branch3x3_2b = Convolution(384, 384, column)
        self.branch3x3dbl_1 = Convolution(inputs, 448)
        self.branch3x3dbl_2 = Convolution(448, 384, 3)
        self.branch3x3dbl_3a = Convolution(384, 384, row)
        self.branch3x3dbl_3b = Convolution(384, 384, column)
        self.branch_pool = Convolution(inputs, 192)

    def forward(self, x: Tensor) -> Tensor:
        single = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        pooled = F.max_pool2d(x, 3, 1, 1) if self.pool_by_maximum else _average(x)
        return torch.cat(
            [
                self.branch1x1(x),
                self.branch3x3_2a(single),
                self.branch3x3_2b(single),
                self.branch3x3dbl_3a(double),
                self.branch3x3dbl_3b(double),
                self.branch_pool(pooled),
            ],
            1,
        )


class InceptionFeatures(nn.Module):
    """The 2048 features of FID.

    The names of the layers are those of the published file.
    """

    num_features = 2048

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Convolution(3, 32, 3, 2, padded=False)
        self.Conv2d_2a_3x3 = Convolution(32, 32, 3, padded=False)
        self.Conv2d_2b_3x3 = Convolution(32, 64, 3)
        self.Conv2d_3b_1x1 = Convolution(64, 80)
        self.Conv2d_4a_3x3 = Convolution(80, 192, 3, padded=False)
        self.Mixed_5b = BlockA(192, 32)
        self.Mixed_5c = BlockA(256, 64)
        self.Mixed_5d = BlockA(288, 64)
        self.Mixed_6a = BlockB(288)
        self.Mixed_6b = BlockC(768, 128)
        self.Mixed_6c = BlockC(768, 160)
        self.Mixed_6d = BlockC(768, 160)
        self.Mixed_6e = BlockC(768, 192)
        self.Mixed_7a = BlockD(768)
        self.Mixed_7b = BlockE(1280, pool_by_maximum=False)
        self.Mixed_7c = BlockE(2048, pool_by_maximum=True)
        self.fc = nn.Linear(self.num_features, _CLASSES)  # in the file; FID does not ask it

    def forward(self, rgb: Tensor) -> Tensor:
        """Map sRGB ``[N, 3, H, W]`` in 0..1 to ``[N, 2048]``."""
        x = F.interpolate(rgb, size=(_SIDE, _SIDE), mode="bilinear", align_corners=False)
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(2 * x - 1)))
        x = _shrink(x)  # 73x73
        x = _shrink(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))  # 35x35
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(x)))
        x = self.Mixed_6a(x)  # 17x17
        x = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(x))))
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))  # 8x8
        return x.mean(dim=(2, 3))

    @classmethod
    def from_file(cls, path: Path) -> InceptionFeatures:
        """Build the network with the weights that FID is defined by, from the one of `FILES`.

        Raises:
            CheckpointError: it is another file.
        """
        identify(path, FILES)
        network = cls()
        load_whole(network, read_pickled_weights(path))
        return network.eval()
