"""The gate between a checkpoint and its ONNX file: both must answer the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from tomau.color.spaces import AB_LIMIT
from tomau.errors import ModelError
from tomau.models.generators import HintUNet
from tomau.runtime.session import OnnxSession

TOLERANCE = 1e-3


def smooth_luminance(count: int, height: int, width: int, random: torch.Generator) -> torch.Tensor:
    """Draw smooth normalised luminance ``[count, 1, height, width]`` to try a network on."""
    coarse = torch.rand(count, 1, 12, 12, generator=random) * 2 - 1
    return nn.functional.interpolate(coarse, (height, width), mode="bilinear")


def parity(network: nn.Module, path: Path, stride: int, *, seed: int = 0) -> float:
    """Return the largest |d ab| between torch and ONNX Runtime at three sizes.

    Other ports count in shares of their largest value, times the greatest ab.

    Args:
        network: the torch side, in eval mode on the CPU.
        path: the ONNX file.
        stride: sizes are multiples of it; a square, a wide and a tall one are tried, the last
            as a batch of two.
        seed: of the smooth random luminance that both are given.

    Returns:
        The difference in units of a* and b* (-110..110).
    """
    session = OnnxSession(path, device="cpu")
    random = torch.Generator().manual_seed(seed)
    base = -(-256 // stride) * stride
    worst = 0.0
    for count, height, width in (
        (1, base, base),
        (1, base, base + stride),
        (2, base + stride, base),
    ):
        l = smooth_luminance(count, height, width, random)
        with torch.inference_mode():
            expected = network.automatic(l) if isinstance(network, HintUNet) else (network(l),)
        answer = session.run(l.numpy())
        for name, port, tensor in zip(answer._fields, answer, expected, strict=False):
            unit = 1.0 if name == "ab" else float(tensor.abs().max())
            worst = max(worst, float(np.abs(port - tensor.numpy()).max()) / unit * AB_LIMIT)
    return worst


def check_parity(network: nn.Module, path: Path, stride: int) -> float:
    """Return `parity`, or refuse.

    Raises:
        ModelError: the difference reaches the tolerance.
    """
    difference = parity(network, path, stride)
    if not difference < TOLERANCE:
        raise ModelError(
            f"ONNX and torch differ by {difference:.2g} in ab; expected less than {TOLERANCE:g}: "
            "the exported file is not used"
        )
    return difference
