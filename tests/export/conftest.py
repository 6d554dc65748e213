from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from tomau.export.onnx_model import deployable, write_onnx
from tomau.models import create_generator, write_weights

HINT_NET = "hint-efficientnet_lite0.tomau1"


@pytest.fixture(scope="session")
def hint_network() -> nn.Module:
    torch.manual_seed(0)
    network = create_generator(HINT_NET)
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_var, 0.5, 2.0)
    nn.init.normal_(network.head.weight, std=0.1)
    return network.eval()


@pytest.fixture(scope="session")
def hint_onnx(hint_network: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network with hints as a float32 ONNX file."""
    file = tmp_path_factory.mktemp("hints") / "float32.onnx"
    write_onnx(deployable(hint_network, half_storage=False), file, half_storage=False)
    return file


@pytest.fixture
def hint_run(hint_network: nn.Module, tmp_path: Path) -> Path:
    """A run whose generator is the network with hints."""
    run = tmp_path / "run"
    write_weights(run / "checkpoint" / "ema.safetensors", hint_network.state_dict())
    config = {"name": "n", "generator": HINT_NET, "phases": [], "seed": 0, "ema_decay": 0.9}
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
