"""LPIPS: how different two pictures look, by the features of AlexNet, weighted by people's eyes.

Source: Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric",
CVPR 2018, equation (1), version 0.1 of its weights; AlexNet as in Krizhevsky, "One weird trick for
parallelizing convolutional neural networks", 2014, with torchvision's names.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from tomau.errors import MissingExtraError, UsageError
from tomau.models.features.published import (
    PublishedFile,
    identify,
    load_whole,
    read_pickled_weights,
)

BACKBONE_FILES = (
    PublishedFile(
        "alexnet-owt-7be5be79.pth",
        "download.pytorch.org/models, torchvision's AlexNet",
        "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
    ),
)
HEAD_FILES = (
    PublishedFile(
        "alex.pth",
        "the package torchmetrics",
        "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
    ),
)

_WIDTHS = (64, 192, 384, 256, 256)
_TAPS = (1, 4, 7, 9, 11)  # the five ReLUs
_SHIFT, _SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
_EPSILON = 1e-10
_LEAST_SIDE = 32


class LPIPS(nn.Module):
    """Perceptual distance of pictures: 0 for equal ones."""

    shift: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, 4, 2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
        )
        self.heads = nn.ModuleList(nn.Conv2d(width, 1, 1, bias=False) for width in _WIDTHS)
        self.register_buffer("shift", torch.tensor(_SHIFT)[:, None, None], persistent=False)
        self.register_buffer("scale", torch.tensor(_SCALE)[:, None, None], persistent=False)

    def forward(self, rgb: Tensor, truth_rgb: Tensor) -> Tensor:
        """Map sRGB ``[N, 3, H, W]`` in 0..1 and the truth, ``[N or 1, 3, H, W]``, to ``[N]``.

        Raises:
            UsageError: the pictures are smaller than AlexNet takes.
        """
        if min(rgb.shape[2:]) < _LEAST_SIDE:
            raise UsageError(
                f"a picture of {rgb.shape[3]}x{rgb.shape[2]} came; "
                f"LPIPS expects at least {_LEAST_SIDE}x{_LEAST_SIDE} pixels"
            )
        total = rgb.new_zeros(len(rgb))
        pairs = zip(self._unit_features(rgb), self._unit_features(truth_rgb), strict=True)
        for head, (found, true) in zip(self.heads, pairs, strict=True):
            total = total + head((found - true) ** 2).mean(dim=(1, 2, 3))  # equation (1)
        return total

    def _unit_features(self, rgb: Tensor) -> list[Tensor]:
        """Features after each ReLU, of length 1 at every pixel."""
        x = (2 * rgb - 1 - self.shift) / self.scale
        found = []
        for place, layer in enumerate(self.features):
            x = layer(x)
            if place in _TAPS:
                found.append(x / (torch.linalg.vector_norm(x, dim=1, keepdim=True) + _EPSILON))
        return found

    @classmethod
    def from_files(cls, backbone: Path, heads: Path | None = None) -> LPIPS:
        """Build the network from the one of `BACKBONE_FILES`; heads come with torchmetrics.

        Raises:
            CheckpointError: one is another file.
            MissingExtraError: torchmetrics is not installed.
        """
        heads = heads or find_heads()
        identify(backbone, BACKBONE_FILES)
        identify(heads, HEAD_FILES)
        network = cls()
        network.load(read_pickled_weights(backbone), read_pickled_weights(heads))
        return network.eval()

    def load(self, backbone: dict[str, Tensor], heads: dict[str, Tensor]) -> None:
        """Take torchvision's AlexNet, its classifier left out, and heads ``lin0.model.1.weight``.

        Raises:
            CheckpointError: a name is missing, or a shape differs.
        """
        body = {name: value for name, value in backbone.items() if name.startswith("features.")}
        tops = {
            name.replace("lin", "heads.").replace(".model.1.", "."): value
            for name, value in heads.items()
        }
        load_whole(self, body | tops)


def find_heads() -> Path:
    """Path of the linear heads in the package torchmetrics.

    Raises:
        MissingExtraError: it is not installed.
    """
    found = find_spec("torchmetrics")
    if found is None or found.origin is None:
        raise MissingExtraError("LPIPS", "eval")
    return Path(found.origin).parent / "functional" / "image" / "lpips_models" / "alex.pth"
