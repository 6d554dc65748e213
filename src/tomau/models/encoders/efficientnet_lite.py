"""EfficientNet-Lite encoders with timm's parameter names, on luminance.

Source: Tan and Le, "EfficientNet", ICML 2019, scaled as in the Lite variants (ReLU6, no
squeeze-and-excite, stem and head not widened, first and last stage not deepened); names, SAME
padding and BatchNorm eps 1e-3 as timm's ``tf_efficientnet_lite*`` (Apache-2.0).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tomau.models.checkpoint import LoadReport, load_matching
from tomau.models.encoders.base import EFFICIENTNET_LITE, encoders, load_first_convolution

# Repeats, kernel, stride, expansion, channels of EfficientNet-B0 (Tan and Le 2019, table 1).
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_LAST_STAGE_OF_STRIDE = (0, 1, 2, 4, 6)


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME: the odd pixel goes to the bottom and right."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if stride == 1:
            return self._conv_forward_padded(x, (kernel - 1) // 2)
        before = (kernel - stride) // 2
        after = kernel - stride - before
        return self._conv_forward_padded(F.pad(x, (before, after, before, after)), 0)

    def _conv_forward_padded(self, x: Tensor, padding: int) -> Tensor:
        # On a CPU a depthwise convolution learns three times slower in bfloat16 than in float32.
        if self.groups > 1 and x.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
            with torch.autocast("cpu", enabled=False):
                return self._convolve(x.float(), padding)
        return self._convolve(x, padding)

    def _convolve(self, x: Tensor, padding: int) -> Tensor:
        return F.conv2d(x, self.weight, self.bias, self.stride, padding, 1, self.groups)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)


class SeparableBlock(nn.Module):
    """Depthwise then pointwise convolution: the first stage's block."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.conv_dw = SameConv2d(inputs, inputs, kernel, stride, groups=inputs, bias=False)
        self.bn1 = _norm(inputs)
        self.conv_pw = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.bn2 = _norm(outputs)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv_pw(F.relu6(self.bn1(self.conv_dw(x)))))
        return x + y if self.residual else y


class InvertedResidual(nn.Module):
    """Expand, depthwise, project (Sandler et al., MobileNetV2, CVPR 2018, figure 4d)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        width = inputs * expansion
        self.conv_pw = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = _norm(width)
        self.conv_dw = SameConv2d(width, width, kernel, stride, groups=width, bias=False)
        self.bn2 = _norm(width)
        self.conv_pwl = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = _norm(outputs)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.bn1(self.conv_pw(x)))
        y = F.relu6(self.bn2(self.conv_dw(y)))
        y = self.bn3(self.conv_pwl(y))
        return x + y if self.residual else y


class EfficientNetLiteEncoder(nn.Module):
    """Features at strides 2 (stage 1), 4, 8, 16 (stage 5) and 32 (stage 7).

    ``inputs`` is 1 for luminance; 3 for RGB, standardised as `EFFICIENTNET_LITE` says; any other
    count is luminance followed by channels that ImageNet weights know nothing of.
    """

    finest_stride = 2

    def __init__(self, width: float, depth: float, *, inputs: int = 1) -> None:
        super().__init__()
        self.conv_stem = SameConv2d(inputs, 32, 3, 2, bias=False)
        self.bn1 = _norm(32)
        stages: list[nn.Module] = []
        widths = []
        before = 32
        for index, (repeats, kernel, stride, expansion, channels) in enumerate(_STAGES):
            outputs = round_channels(channels * width)
            count = repeats if index in (0, 6) else math.ceil(repeats * depth)
            blocks: list[nn.Module] = []
            for number in range(count):
                step = stride if number == 0 else 1
                if expansion == 1:
                    blocks.append(SeparableBlock(before, outputs, kernel, step))
                else:
                    blocks.append(InvertedResidual(before, outputs, kernel, step, expansion))
                before = outputs
            stages.append(nn.Sequential(*blocks))
            widths.append(outputs)
        self.blocks = nn.Sequential(*stages)
        self.channels = tuple(widths[index] for index in _LAST_STAGE_OF_STRIDE)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Map ``[N, inputs, H, W]`` to five feature maps, strides 2 to 32."""
        x = F.relu6(self.bn1(self.conv_stem(x)))
        features = []
        for index, stage in enumerate(self.blocks):
            x = stage(x)
            if index in _LAST_STAGE_OF_STRIDE:
                features.append(x)
        return features

    def load_imagenet(self, weights: Mapping[str, Tensor]) -> LoadReport:
        """Take timm's ImageNet weights; the classifier and its 1x1 head are not used."""
        head = ("conv_head.", "bn2.", "classifier.")
        rest = {name: value for name, value in weights.items() if not name.startswith(head)}
        first = rest.pop("conv_stem.weight", None)
        filled = {"conv_stem.weight"} if first is not None else set()
        report = load_matching(self, rest, expected_missing=filled)
        if first is not None:
            load_first_convolution(self.conv_stem, self.bn1, first, EFFICIENTNET_LITE)
        return report


def round_channels(channels: float, divisor: int = 8) -> int:
    """Round to a multiple of eight that is at most a tenth below."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded


def _lite(width: float, depth: float) -> Callable[..., EfficientNetLiteEncoder]:
    return partial(EfficientNetLiteEncoder, width, depth)


efficientnet_lite0 = encoders.register("efficientnet_lite0")(_lite(1.0, 1.0))
efficientnet_lite1 = encoders.register("efficientnet_lite1")(_lite(1.0, 1.1))
efficientnet_lite2 = encoders.register("efficientnet_lite2")(_lite(1.1, 1.2))
