"""ResNet encoders with torchvision's parameter names, on luminance.

Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016; names and the
stride on the 3x3 convolution of the bottleneck as in torchvision (BSD-3-Clause).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor, nn

from tomau.models.checkpoint import LoadReport, load_matching
from tomau.models.encoders.base import IMAGENET, encoders, load_first_convolution


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al. 2016, figure 5 left)."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _projection(inputs, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions and a shortcut (He et al. 2016, figure 5 right)."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _projection(inputs, 4 * width, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


def _projection(inputs: int, outputs: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class ResNetEncoder(nn.Module):
    """Features at strides 2 (before the pooling), 4, 8, 16 and 32."""

    finest_stride = 2

    def __init__(
        self, block: type[BasicBlock | Bottleneck], depths: tuple[int, ...], *, inputs: int = 1
    ) -> None:
        super().__init__()
        self.channels = (64, *(width * block.expansion for width in (64, 128, 256, 512)))
        self.conv1 = nn.Conv2d(inputs, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = 64
        for index, (width, depth) in enumerate(zip((64, 128, 256, 512), depths, strict=True)):
            blocks = []
            for number in range(depth):
                stride = 2 if number == 0 and index > 0 else 1
                blocks.append(block(before, width, stride))
                before = width * block.expansion
            setattr(self, f"layer{index + 1}", nn.Sequential(*blocks))

    def forward(self, x: Tensor) -> list[Tensor]:
        """Map ``[N, inputs, H, W]`` to five feature maps, strides 2 to 32."""
        x = self.relu(self.bn1(self.conv1(x)))
        features = [x]
        x = self.maxpool(x)
        for index in range(1, 5):
            x = getattr(self, f"layer{index}")(x)
            features.append(x)
        return features

    def load_imagenet(self, weights: Mapping[str, Tensor]) -> LoadReport:
        """Take torchvision's ImageNet weights, whole or in part.

        A convolution that the file lacks starts afresh together with its BatchNorm, whose
        statistics would belong to another filter; a block's last one starts at zero, so that the
        block begins as its shortcut (Goyal et al. 2017, section 5.1).
        """
        rest = {name: value for name, value in weights.items() if not name.startswith("fc.")}
        first = rest.pop("conv1.weight", None)
        skipped = {
            name for name in rest if ".bn" in name and f"{_convolution_of(name)}.weight" not in rest
        }
        kept = {name: value for name, value in rest.items() if name not in skipped}
        report = load_matching(
            self, kept, expected_missing={"conv1.weight"} if first is not None else set()
        )
        if first is not None:
            load_first_convolution(self.conv1, self.bn1, first, IMAGENET)
        self._start_as_shortcut(report.missing)
        return report

    @torch.no_grad()
    def _start_as_shortcut(self, missing: tuple[str, ...]) -> None:
        for name, module in self.named_modules():
            last = {BasicBlock: "2", Bottleneck: "3"}.get(type(module))
            if last and f"{name}.conv{last}.weight" in missing:
                getattr(module, f"bn{last}").weight.zero_()


def _convolution_of(norm_parameter: str) -> str:
    """``layer4.0.bn1.weight`` -> ``layer4.0.conv1``."""
    module = norm_parameter.rpartition(".")[0]
    head, _, last = module.rpartition(".")
    return f"{head}.{last.replace('bn', 'conv')}"


for _name, _block, _depths in (
    ("resnet18", BasicBlock, (2, 2, 2, 2)),
    ("resnet34", BasicBlock, (3, 4, 6, 3)),
    ("resnet50", Bottleneck, (3, 4, 6, 3)),
    ("resnet101", Bottleneck, (3, 4, 23, 3)),
):
    encoders.register(_name)(partial(ResNetEncoder, _block, _depths))
