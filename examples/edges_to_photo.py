"""Edges to photographs: the trainer learns a translation of its own, in two minutes on a CPU.

Of five free photographs that come with scikit-image all but the lower right corner teaches. What
the network makes of the edges in those corners, which it never saw, is drawn beside the truth in
OUT/edges-to-photo.png: surfaces known from the rest of a photograph, blurred. So few photographs
teach these five and no others.

    pip install "tomau[train]" scikit-image
    python examples/edges_to_photo.py --out OUT
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data
from skimage.color import rgb2gray
from skimage.filters import sobel

from tomau.errors import TomauError
from tomau.evaluation.contact_sheet import contact_sheet
from tomau.models import create_generator, read_weights
from tomau.training import TrainConfig, Trainer
from tomau.training.translation import translate

# In the public domain or CC0, by their docstrings; none is downloaded.
PHOTOS = (data.astronaut, data.chelsea, data.coffee, data.rocket, data.retina)
GENERATOR = "unet-resnet18.pix2pix"
PART = 128
STEPS = 320
ADVERSARIAL_SHARE = 1 / 8


class Lines:
    """Tells how the run goes, one line at a time."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def message(self, text: str) -> None:
        """Show a line."""
        sys.stderr.write(f"{text}\n")

    def packing(self, photos: int) -> None:
        """Say nothing of each pair."""

    def step(self, step: int, total: int, values: Mapping[str, float]) -> None:
        """Show a step's losses, or a validation's scores."""
        shown = "  ".join(
            f"{k} {values[k]:.3g}" for k in ("l1", "rmse", "mean_rmse") if k in values
        )
        self.message(f"{time.monotonic() - self._started:4.0f} s  step {step}/{total}  {shown}")


def edges(rgb_u8: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return how steep a photo HxWx3 is, HxW uint8, dark on white."""
    steepness = np.sqrt(sobel(rgb2gray(rgb_u8)))
    return (255 * (1 - np.clip(steepness / 0.6, 0, 1))).round().astype(np.uint8)


def write_pairs(folder: Path) -> None:
    """Write ``train`` and ``held-out``, each with a folder ``edges`` and a folder ``photos``."""
    for load in PHOTOS:
        photo = Image.fromarray(load())
        width = round(photo.width * 2 * PART / photo.height)
        rgb_u8 = np.asarray(photo.resize((width, 2 * PART), Image.Resampling.LANCZOS))
        gray_u8 = edges(rgb_u8)
        top, bottom = slice(0, PART), slice(PART, 2 * PART)
        left, right = slice(0, width - PART), slice(width - PART, width)
        for name, rows, columns in (
            (f"train/{{}}/{load.__name__}-top.png", top, slice(0, width)),
            (f"train/{{}}/{load.__name__}-left.png", bottom, left),
            (f"held-out/{{}}/{load.__name__}.png", bottom, right),
        ):
            for kind, picture in (("edges", gray_u8), ("photos", rgb_u8)):
                file = folder / name.format(kind)
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(picture[rows, columns]).save(file)


def configuration(pairs: Path, steps: int) -> TrainConfig:
    """Return the study's two phases, made small; an epoch of the ten pairs is one step."""
    phase = {"batch": 8, "crop": 96, "min_scale": 0.75}
    adversarial = max(1, round(steps * ADVERSARIAL_SHARE))
    return TrainConfig.model_validate(
        {
            "name": "edges-to-photo",
            "generator": GENERATOR,
            "data": {
                "photos": str(pairs / "train/edges"),
                "targets": str(pairs / "train/photos"),
                "validation": str(pairs / "held-out/edges"),
                "validation_targets": str(pairs / "held-out/photos"),
                "cache": pairs / "cache",
            },
            "phases": [
                phase
                | {"regime": "l1-pretraining", "epochs": max(1, steps - adversarial)}
                | {"lr": 1e-3, "schedule": "cosine", "final_lr_factor": 0.05, "warmup_steps": 10},
                phase
                | {"regime": "adversarial", "epochs": adversarial, "l1_weight": 100}
                | {"lr": 2e-4, "betas": (0.5, 0.999)},
            ],
            "ema_decay": 0.95,
            "device": "cpu",
            "log_every": 20,
        }
    )


def draw(run: Path, pairs: Path, file: Path) -> None:
    """Draw edges, answers and truth of what was held out, by the run's averaged generator."""
    generator = create_generator(GENERATOR, inputs=1, outputs=3)
    generator.load_state_dict(read_weights(run / "checkpoint/ema.safetensors"))
    rows = []
    for path in sorted((pairs / "held-out/edges").iterdir()):
        gray_u8 = np.asarray(Image.open(path))
        truth = np.asarray(Image.open(pairs / "held-out/photos" / path.name))
        rows.append((gray_u8, translate(generator, gray_u8), truth))
    contact_sheet(rows, titles=("edges", "prediction", "photograph"), blocks=2).save(file)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pairs, train, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for all that is written")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"default {STEPS}")
    options = parser.parse_args(arguments)
    pairs, run = options.out / "pairs", options.out / "run"
    write_pairs(pairs)
    lines = Lines()
    Trainer(configuration(pairs, options.steps), run, lines).fit()
    draw(run, pairs, options.out / "edges-to-photo.png")
    lines.message(f"see {options.out / 'edges-to-photo.png'}")


if __name__ == "__main__":
    try:
        main()
    except TomauError as error:
        sys.exit(str(error))
