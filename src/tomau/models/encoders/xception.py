"""The Xception encoder with timm's parameter names (``legacy_xception``), on luminance.

Source: Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", CVPR 2017,
figure 5. Names as in timm's port of the Keras weights; BatchNorm eps 1e-3, SAME pooling and input
RGB * 2 - 1 as in Keras, where the weights come from. Keras pads neither of the first two
convolutions; here they are padded, so that sizes halve: features lie where decoders expect them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F

from tomau.models.checkpoint import LoadReport, load_matching
from tomau.models.encoders.base import RGBStandardization, encoders, load_first_convolution
from tomau.models.encoders.efficientnet_lite import SameConv2d

XCEPTION = RGBStandardization((0.5,) * 3, (0.5,) * 3)
_MIDDLE = 728
_MIDDLE_BLOCKS = 8


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)


class SeparableConv2d(nn.Module):
    """A 3x3 convolution of each channel, then 1x1 over channels, nothing between them."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, inputs, 3, 1, 1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.pointwise(self.conv1(x)))


class Block(nn.Module):
    """Separable convolutions of some widths beside a shortcut; ``stride`` 2 ends in a pooling.

    ``widths`` begins with the block's input. Block 1 alone begins without ReLU.
    """

    def __init__(self, *widths: int, stride: int = 1, begins_with_relu: bool = True) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.ReLU(), SeparableConv2d(before, after), _norm(after)]
        if not begins_with_relu:
            layers.pop(0)
        if stride > 1:
            # On even sizes this is SAME: the odd pixel goes to the bottom and right.
            layers.append(nn.MaxPool2d(3, stride, ceil_mode=True))
        self.rep = nn.Sequential(*layers)
        self.skip: nn.Module | None = None
        if stride > 1:
            self.skip = nn.Conv2d(widths[0], widths[-1], 1, stride, bias=False)
            self.skipbn = _norm(widths[-1])

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.skip is None else self.skipbn(self.skip(x))
        return cast("Tensor", self.rep(x) + shortcut)


class XceptionEncoder(nn.Module):
    """Features at strides 2 (second convolution), 4, 8, 16 (blocks 1, 2, 11) and 32 (the last)."""

    finest_stride = 2
    channels = (64, 128, 256, _MIDDLE, 2048)

    def __init__(self, *, inputs: int = 1) -> None:
        super().__init__()
        self.conv1 = SameConv2d(inputs, 32, 3, 2, bias=False)
        self.bn1 = _norm(32)
        self.conv2 = nn.Conv2d(32, 64, 3, 1, 1, bias=False)
        self.bn2 = _norm(64)
        self.block1 = Block(64, 128, 128, stride=2, begins_with_relu=False)
        self.block2 = Block(128, 256, 256, stride=2)
        self.block3 = Block(256, _MIDDLE, _MIDDLE, stride=2)
        for number in range(4, 4 + _MIDDLE_BLOCKS):
            setattr(self, f"block{number}", Block(*(_MIDDLE,) * 4))
        self.block12 = Block(_MIDDLE, _MIDDLE, 1024, stride=2)
        self.conv3 = SeparableConv2d(1024, 1536)
        self.bn3 = _norm(1536)
        self.conv4 = SeparableConv2d(1536, 2048)
        self.bn4 = _norm(2048)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Map ``[N, inputs, H, W]`` to five feature maps, strides 2 to 32."""
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        features = [x]
        for number in range(1, 13):
            x = getattr(self, f"block{number}")(x)
            if number in (1, 2, 11):
                features.append(F.relu(x))
        x = F.relu(self.bn3(self.conv3(x)))
        features.append(F.relu(self.bn4(self.conv4(x))))
        return features

    def load_imagenet(self, weights: Mapping[str, Tensor]) -> LoadReport:
        """Take timm's ImageNet weights, whole or in part; the classifier is not used."""
        rest = {name: value for name, value in weights.items() if not name.startswith("fc.")}
        first = rest.pop("conv1.weight", None)
        filled = {"conv1.weight"} if first is not None else set()
        report = load_matching(self, rest, expected_missing=filled)
        if first is not None:
            load_first_convolution(self.conv1, self.bn1, first, XCEPTION)
        return report


encoders.register("xception")(XceptionEncoder)
