from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from tomau.export.onnx_model import deployable, write_onnx
from tomau.models import write_weights


class SmallHintNet(nn.Module):
    """A network of the contract with hints: they join features of a far wider range."""

    stride = 32
    hint_channels = 3

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, 2, 1, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.join = nn.Conv2d(8 + 3, 8, 3, 1, 1)
        self.body = nn.Conv2d(8, 8, 3, 1, 1)
        self.head = nn.Conv2d(8, 2, 1)

    def forward(self, l: Tensor, hints: Tensor | None = None) -> Tensor:
        if hints is None:
            hints = l.new_zeros(l.shape[0], 3, *l.shape[2:])
        features = 30 * F.relu(self.bn(self.stem(l)))
        pooled = 4 * F.avg_pool2d(hints, 2)
        joined = torch.cat((features, torch.cat((pooled[:, :2], pooled[:, 2:]), dim=1)), dim=1)
        x = F.relu(self.join(joined))
        x = F.relu(x + self.body(x))
        return torch.tanh(F.interpolate(self.head(x), scale_factor=2.0, mode="bilinear"))


@pytest.fixture(scope="session")
def hint_network() -> nn.Module:
    torch.manual_seed(0)
    network = SmallHintNet()
    nn.init.uniform_(network.bn.running_var, 0.5, 2.0)
    with torch.no_grad():
        network.join.weight[:, :8] /= 30
        network.join.weight[:, 8:] *= 4
        network.head.weight *= 0.5
    return network.eval()


@pytest.fixture(scope="session")
def hint_onnx(hint_network: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network with hints as a float32 ONNX file."""
    file = tmp_path_factory.mktemp("hints") / "float32.onnx"
    write_onnx(deployable(hint_network, half_storage=False), file, half_storage=False)
    return file


@pytest.fixture
def hint_run(hint_network: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run whose generator is the network with hints."""
    monkeypatch.setattr("tomau.export.trained.create_generator", lambda _: type(hint_network)())
    run = tmp_path / "run"
    write_weights(run / "checkpoint" / "ema.safetensors", hint_network.state_dict())
    config = {"name": "n", "generator": "small", "phases": [], "seed": 0, "ema_decay": 0.9}
    (run / "config.json").write_text(json.dumps(config))
    return run


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten colourful pictures, one of them broken."""
    folder = tmp_path_factory.mktemp("photos")
    for seed in range(9):
        coarse = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8)
        photo = Image.fromarray(coarse).resize((128, 96), Image.Resampling.BICUBIC)
        photo.save(folder / f"p{seed}.png")
    (folder / "broken.jpg").write_bytes(b"not a picture")
    return folder
