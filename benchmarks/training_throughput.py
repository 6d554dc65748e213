"""How much of the bare network's speed a training run reaches.

The same network, batch and crop twice in one process: in a loop of forward, backward and step on
one batch in memory, and in the trainer with its loader, colour conversion, moving average and log.
Bare and trainer take turns, so that a machine's drift falls on both.

    python benchmarks/training_throughput.py --data ../shared/data/val.tar
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import torch

from tomau.data import PackOptions, open_pack
from tomau.models import create_generator
from tomau.training import TrainConfig, Trainer
from tomau.training.losses import l1_loss

GENERATOR, BATCH, CROP = "unet-resnet18.pix2pix", 32, 128


class Rates:
    """An observer that keeps the measured images per second."""

    def __init__(self) -> None:
        self.kept: list[float] = []

    def message(self, _text: str) -> None:
        """Ignore."""

    def packing(self, _photos: int) -> None:
        """Ignore."""

    def step(self, _step: int, _total: int, values: Mapping[str, float]) -> None:
        """Keep the rate."""
        if "images_per_s" in values:
            self.kept.append(values["images_per_s"])


def bare(steps: int) -> list[float]:
    """Images per second of each step of a bare loop."""
    net = create_generator(GENERATOR).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(net.parameters(), 1e-4)
    l = torch.rand(BATCH, 1, CROP, CROP).contiguous(memory_format=torch.channels_last) * 2 - 1
    ab = torch.rand(BATCH, 2, CROP, CROP) - 0.5
    rates = []
    for _ in range(steps):
        start = time.perf_counter()
        loss = l1_loss(net(l), ab)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        rates.append(BATCH / (time.perf_counter() - start))
    return rates


def trainer(data: str, photos: int, steps: int, folder: Path) -> list[float]:
    """Images per second that the trainer logs, one value per step."""
    phase = {
        "regime": "l1-pretraining",
        "epochs": steps * BATCH / photos,
        "batch": BATCH,
        "crop": CROP,
        "min_scale": 0.5,
    }
    config = TrainConfig.model_validate(
        {
            "name": "throughput",
            "generator": GENERATOR,
            "data": {"photos": data, "cache": folder / "cache", "validation_limit": 1},
            "phases": [phase],
            "device": "cpu",
            "log_every": 1,
            "validate_every": 0,
        }
    )
    rates = Rates()
    with tempfile.TemporaryDirectory(dir=folder) as run:
        Trainer(config, Path(run), rates).fit()
    return rates.kept


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("results/training_throughput.csv"))
    options = parser.parse_args()
    warm = 3
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        photos = len(open_pack(options.data, place / "cache", PackOptions()))
        trainer(options.data, photos, warm, place)
        for number in range(options.rounds):
            alone = statistics.median(bare(options.steps)[warm:])
            whole = statistics.median(trainer(options.data, photos, options.steps, place)[warm:])
            rows.append((number + 1, round(alone, 2), round(whole, 2), round(whole / alone, 3)))
            print(*rows[-1])
    rows.append(
        ("median", *(round(statistics.median(c), 3) for c in list(zip(*rows, strict=True))[1:]))
    )
    with options.out.open("w", newline="") as stream:
        stream.write(f"# python {' '.join(sys.argv)}; {GENERATOR}, batch {BATCH}, crop {CROP}, ")
        stream.write(f"{torch.get_num_threads()} threads, float32\n")
        table = csv.writer(stream)
        table.writerow(("round", "bare_images_per_s", "trainer_images_per_s", "ratio"))
        table.writerows(rows)


if __name__ == "__main__":
    main()
