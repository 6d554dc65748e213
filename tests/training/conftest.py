from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.data.conftest import make_photo
from tomau.models import generators
from tomau.training import TrainConfig


class TinyGenerator(nn.Module):
    """Two convolutions, a BatchNorm and a dropout: all that a run has to remember."""

    stride = 32

    def __init__(self, *, inputs: int = 1, outputs: int = 2) -> None:
        super().__init__()
        self.encoder = nn.Conv2d(inputs, 8, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Conv2d(8, outputs, 3, 1, 1)

    def forward(self, l: Tensor) -> Tensor:
        return torch.tanh(self.head(self.dropout(torch.relu(self.norm(self.encoder(l))))))


class Recorder:
    """An observer that remembers, and stops the run where it is told."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at = stop_at
        self.messages: list[str] = []
        self.values: dict[int, dict[str, float]] = {}

    def message(self, text: str) -> None:
        self.messages.append(text)

    def packing(self, photos: int) -> None:
        pass

    def step(self, step: int, total: int, values: Mapping[str, float]) -> None:  # noqa: ARG002
        self.values.setdefault(step, {}).update(values)
        if step == self.stop_at:
            raise KeyboardInterrupt


@pytest.fixture(scope="session", autouse=True)
def tiny_generator() -> Iterator[str]:
    generators.register("tiny")(TinyGenerator)
    yield "tiny"
    del generators._factories["tiny"]


@pytest.fixture
def config(tmp_path: Path, tiny_generator: str) -> TrainConfig:
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(16):
        make_photo(seed, 64, 64).save(photos / f"{seed}.png")
    phase = {"epochs": 1, "batch": 4, "crop": 32, "lr": 1e-3}
    return TrainConfig.model_validate(
        {
            "name": "tiny",
            "generator": tiny_generator,
            "data": {
                "photos": str(photos),
                "validation_share": 0.25,
                "validation_limit": 3,
                "short_side": 64,
                "cache": tmp_path / "cache",
            },
            "phases": [
                phase | {"regime": "l1-pretraining", "epochs": 2},
                phase | {"regime": "adversarial", "batch": 2, "crop": 64},
            ],
            "device": "cpu",
            "log_every": 1,
            "validate_every": 0,
            "samples": 2,
        }
    )
