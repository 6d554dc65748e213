"""What generated pictures look like: losses on sRGB, by a network's features and by a formula."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tomau.errors import UsageError
from tomau.models import read_weights
from tomau.models.encoders import encoders
from tomau.models.encoders.base import EFFICIENTNET_LITE, IMAGENET, RGBStandardization
from tomau.training.config import FeatureNetwork

_STANDARDIZATION: dict[FeatureNetwork, RGBStandardization] = {
    "efficientnet_lite2": EFFICIENTNET_LITE,
    "resnet18": IMAGENET,
}
_FEATURES = slice(1, 4)  # strides 4, 8 and 16
_LARGEST = 224  # the size of ImageNet's crops


class Perception:
    """A frozen ImageNet network that compares pictures by their features."""

    def __init__(self, network: nn.Module, standardization: RGBStandardization) -> None:
        """Compare by an encoder of three channels that was trained on pictures so standardized."""
        self._network = network.eval().requires_grad_(False)
        self._standardization = standardization

    @classmethod
    def load(
        cls, weights: Path | None, device: torch.device, name: FeatureNetwork = "efficientnet_lite2"
    ) -> Perception:
        """Load a network; its weights beyond stride 16 may be missing.

        Raises:
            UsageError: no weights are named.
            CheckpointError: they cannot be used.
        """
        if weights is None:
            raise UsageError("the loss features came without feature_weights; name their file")
        network = encoders.create(name, inputs=3)
        network.load_imagenet(read_weights(weights))  # type: ignore[operator]
        return cls(network.to(device), _STANDARDIZATION[name])

    def distance(self, rgb: Tensor, truth: Tensor) -> Tensor:
        """Return the mean squared difference of unit features, summed over strides 4, 8 and 16.

        Pictures larger than 224 pixels, the networks' own size, are halved until they are not.

        Args:
            rgb: ``[N, 3, H, W]``, sRGB in 0..1.
            truth: the same; no gradient flows into it.

        Source: Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual
        Metric", CVPR 2018, equation (1) without learned channel weights.
        """
        while min(rgb.shape[2:]) > _LARGEST:
            rgb, truth = F.avg_pool2d(rgb, 2), F.avg_pool2d(truth, 2)
        with torch.no_grad():
            expected = self._features(truth)
        parts = [
            (F.normalize(x) - F.normalize(y)).square().sum(dim=1).mean()
            for x, y in zip(self._features(rgb), expected, strict=True)
        ]
        return torch.stack(parts).sum()

    def _features(self, rgb: Tensor) -> list[Tensor]:
        mean, std = (
            rgb.new_tensor(v).view(1, 3, 1, 1)
            for v in (self._standardization.mean, self._standardization.std)
        )
        features: list[Tensor] = self._network((rgb - mean) / std)
        return features[_FEATURES]


def colorfulness(rgb: Tensor) -> Tensor:
    """Return the colourfulness ``[N]`` of pictures ``[N, 3, H, W]``, sRGB in 0..1.

    Source: Hasler and Suesstrunk 2003, on 8-bit values.
    """
    red, green, blue = (rgb * 255).unbind(1)
    opponents = torch.stack((red - green, (red + green) / 2 - blue), dim=1).flatten(2)
    # The root's slope is infinite at 0, where a gray picture stands.
    spread = (opponents.var(dim=2).sum(dim=1) + 1e-6).sqrt()
    strength = (opponents.mean(dim=2).square().sum(dim=1) + 1e-6).sqrt()
    return spread + 0.3 * strength


def dullness(rgb: Tensor) -> Tensor:
    """Return 1 - M/100, M the mean colourfulness of pictures ``[N, 3, H, W]``, sRGB in 0..1.

    Source: Kang et al., "DDColor", ICCV 2023, equation (6).
    """
    return 1 - colorfulness(rgb).mean() / 100


def colorfulness_error(rgb: Tensor, truth: Tensor) -> Tensor:
    """Return how far each picture's colourfulness is from its truth's, a hundredth of the mean.

    `dullness` rewards colour wherever it is cheap, up to blue strips under a picture's upper edge;
    this asks for no more than the truth has. Ours.

    Args:
        rgb: ``[N, 3, H, W]``, sRGB in 0..1.
        truth: of the same shape.
    """
    return (colorfulness(rgb) - colorfulness(truth)).abs().mean() / 100
