"""Perceptual measures: LPIPS, FID, and the Frechet distance of EfficientNet-Lite2 features.

The one file of this room, beside those of the report, that needs the extra ``eval``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance

from tomau.models.features import LPIPS, EfficientNetLite2Features, InceptionFeatures
from tomau.models.features.efficientnet_lite2 import SAFETENSORS
from tomau.models.features.inception import FILES as INCEPTION_FILES
from tomau.models.features.lpips import BACKBONE_FILES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.evaluation.pixels import Pixels

_DIGITS = 12


class LpipsJudge:
    """LPIPS of pictures from the truth."""

    def __init__(self, network: nn.Module, *, weights_sha256: str, device: str = "cpu") -> None:
        """Judge by a network that maps two batches ``[N, 3, H, W]`` in 0..1 to distances ``[N]``.

        ``weights_sha256`` tells in the protocol whose features they are.
        """
        self.description = f"lpips by AlexNet features sha256 {weights_sha256[:_DIGITS]}"
        self._network = network.eval().to(device)
        self._device = device

    @torch.inference_mode()
    def __call__(self, pictures: Sequence[Pixels], truth: Pixels) -> list[float]:
        distances: Tensor = self._network(
            _batch(pictures, self._device), _batch([truth], self._device)
        )
        return [float(distance) for distance in distances]


class FrechetJudge:
    """Frechet distance of two sets of pictures in the features of a network.

    Source: Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium", 2017, equation (6).
    """

    def __init__(
        self, name: str, network: nn.Module, *, weights_sha256: str, device: str = "cpu"
    ) -> None:
        """Judge by a network that maps ``[N, 3, H, W]`` in 0..1 to ``[N, num_features]``.

        ``name`` is that of the metric; ``weights_sha256`` tells in the protocol whose features
        they are.
        """
        self.name = name
        self._network = network.eval().to(device)
        self._device = device
        self._size = int(network.num_features)  # type: ignore[arg-type]  # nn.Module's attributes
        self.description = f"{name} by {self._size} features sha256 {weights_sha256[:_DIGITS]}"

    @torch.inference_mode()
    def features(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """Features (N, C) of pictures (H, W, 3) uint8 of one size."""
        found: Tensor = self._network(_batch(pictures, self._device))
        return np.asarray(found.cpu().numpy(), np.float32)

    def distance(self, features: NDArray[np.float32], truth_features: NDArray[np.float32]) -> float:
        """Frechet distance of two sets of features (N, C); NaN for a single picture."""
        if min(len(features), len(truth_features)) < 2:
            return float("nan")
        truth, found = _shortened(truth_features, features)
        metric = FrechetInceptionDistance(feature=_Passed(truth.shape[1]))
        metric.update(truth, real=True)
        metric.update(found, real=False)
        return max(float(metric.compute()), 0.0)


class _Passed(nn.Module):
    """Stands for the network where features are at hand already."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.num_features = num_features

    def forward(self, features: Tensor) -> Tensor:
        return features


def _shortened(first: NDArray[np.float32], second: NDArray[np.float32]) -> tuple[Tensor, Tensor]:
    """Two sets of features as float64, in a basis of their span where that is shorter.

    Distances do not change, and the eigenvalues of few photographs take no minutes.
    """
    one, two = torch.from_numpy(first).double(), torch.from_numpy(second).double()
    if len(one) + len(two) >= one.shape[1]:
        return one, two
    basis = torch.linalg.qr(torch.cat([one, two]).T).Q
    return one @ basis, two @ basis


def efflite2_judge(weights: Path, *, device: str = "cpu") -> FrechetJudge:
    """Judge ``fd_efflite2`` by published weights.

    Raises:
        CheckpointError: the file is missing or another one; the message names the right one.
    """
    network = EfficientNetLite2Features.from_file(weights)
    return FrechetJudge("fd_efflite2", network, weights_sha256=SAFETENSORS.sha256, device=device)


def fid_judge(weights: Path, *, device: str = "cpu") -> FrechetJudge:
    """Judge ``fid`` by the weights that it is defined by.

    Raises:
        CheckpointError: the file is missing or another one; the message names the right one.
    """
    network = InceptionFeatures.from_file(weights)
    return FrechetJudge("fid", network, weights_sha256=INCEPTION_FILES[0].sha256, device=device)


def lpips_judge(weights: Path, *, device: str = "cpu") -> LpipsJudge:
    """Judge ``lpips`` by torchvision's AlexNet and the heads that torchmetrics brings.

    Raises:
        CheckpointError: the file is missing or another one; the message names the right one.
    """
    network = LPIPS.from_files(weights)
    return LpipsJudge(network, weights_sha256=BACKBONE_FILES[0].sha256, device=device)


def torch_device(wanted: str) -> str:
    """Name of torch's device for a device of the runtime: a GPU if wanted or there by ``auto``."""
    return "cuda" if wanted in ("auto", "cuda") and torch.cuda.is_available() else "cpu"


def _batch(pictures: Sequence[Pixels], device: str) -> Tensor:
    """Pictures (H, W, 3) uint8 to ``[N, 3, H, W]`` in 0..1."""
    stacked = torch.from_numpy(np.stack(pictures)).to(device)
    return stacked.permute(0, 3, 1, 2).float() / 255
