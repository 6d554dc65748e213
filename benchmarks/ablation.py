"""Which losses earn their place: equal short runs from one network, each with one change.

Every variant goes on from the same weights for the same number of photos in the same order, and is
scored on the same held-out photos: how far its curve of error against colourfulness lies under
gray where its pictures are 75 % and 85 % as colourful as the truth, and the Frechet distance of
EfficientNet-Lite2 features at 75 %. Finished variants are not run again.

    python benchmarks/ablation.py --start runs/tomau-1/checkpoint/ema.safetensors \
        --out results/flagship/ablation.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tomau.color import render_u8
from tomau.evaluation.perceptual import efflite2_judge
from tomau.training import Trainer, load_config
from tradeoff import (
    Point,
    Truth,
    answers,
    at_colorfulness,
    classes_at,
    curve,
    flipped_too,
    held_out,
    load_network,
    regression,
    stride_of,
    truths,
)

CONFIG = Path("configs/train/ablation.yaml")
SHARES = (0.75, 0.85)
_BATCH = 16
FIELDS = (
    "variant", "image_steps", "under_gray_at_75", "under_gray_at_85", "fd_efflite2_at_75",
    "rmse_at_strength_1", "colorfulness_share_at_strength_1",
)  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """A change of the configuration, and how its network answers."""

    name: str
    overrides: tuple[str, ...] = ()
    weights: str = "ema"
    decode: str = "regression"


def _losses(**weights: float) -> str:
    pairs = {"smooth_l1": 10, "classes": 0.1, "hints": 10} | weights
    return "phases.0.losses={" + ", ".join(f"{k}: {v}" for k, v in pairs.items()) + "}"


CONTROL = "smooth-l1 + classes"
# Another network than the one that scores: a judge should not have been listened to.
_RESNET18 = (
    "feature_network=resnet18",
    "feature_weights=../shared/weights/resnet18_imagenet_without_layer4_convs.safetensors",
)
VARIANTS = (
    Variant(CONTROL),
    Variant("without EMA", weights="generator"),
    Variant("flip averaging", decode="flip"),
    Variant("classes, annealed mean 0.38", decode="classes"),
    Variant("feature loss, ResNet18", (_losses(features=0.5), *_RESNET18)),
    Variant(
        "adversarial, hinge, spectral norm",
        (_losses(g_gan=0.1), "phases.0.gan=hinge", "discriminator=patchgan70-spectral"),
    ),
    Variant("colourfulness loss", (_losses(colorfulness=0.5),)),
    Variant("colourfulness held to the truth's", (_losses(colorfulness_error=0.5),)),
    Variant(
        "colourfulness held to the truth's, feature loss",
        (_losses(colorfulness_error=0.5, features=0.5), *_RESNET18),
    ),
    Variant("without classes", (_losses(classes=0),)),
)


class Quiet:
    """An observer that prints what is worth reading once."""

    def message(self, text: str) -> None:
        """Print a line."""
        print("   ", text, flush=True)

    def packing(self, _photos: int) -> None:
        """Ignore."""

    def step(self, step: int, total: int, values: Mapping[str, float]) -> None:
        """Print validations."""
        if "rmse" in values:
            print(f"    step {step}/{total} rmse {values['rmse']:.3f}", flush=True)


def train(variant: Variant, start: Path, runs: Path) -> Path:
    """Train a variant unless a run with its overrides is finished; return the run's folder."""
    name = "-".join(variant.overrides) or "control"
    run = runs / "".join(sign if sign.isalnum() or sign in ".-" else "_" for sign in name)
    if not (run / "checkpoint").exists():
        config = load_config(CONFIG, (f"init_from={start}", *variant.overrides))
        Trainer(config, run, Quiet()).fit()
    return run


def fd_efflite2(
    weights: Path, photos: NDArray[np.uint8], pictures: Sequence[NDArray[np.uint8]]
) -> float:
    """Return the Frechet distance between the photos and pictures of them."""
    judge = efflite2_judge(weights)
    starts = range(0, len(photos), _BATCH)
    found = np.concatenate([judge.features(pictures[k : k + _BATCH]) for k in starts])
    truth = np.concatenate([judge.features(list(photos[k : k + _BATCH])) for k in starts])
    return judge.distance(found, truth)


def strength_at(points: Sequence[Point], share: float) -> float:
    """Return the strength at which pictures are ``share`` as colourful as the truth."""
    ordered = sorted(points, key=lambda point: point.colorfulness_share)
    shares = [point.colorfulness_share for point in ordered]
    return float(np.interp(share, shares, [point.value for point in ordered]))


def score(
    variant: Variant, run: Path, photos: NDArray[np.uint8], known: Sequence[Truth], weights: Path
) -> dict[str, float]:
    """Score a trained variant."""
    network = load_network(run, variant.weights)
    predict = {
        "regression": lambda: regression(network),
        "flip": lambda: flipped_too(network),
        "classes": lambda: classes_at(network, 0.38),
    }[variant.decode]()
    stride = 1 if variant.decode == "classes" else stride_of(network)
    chroma = list(answers(photos, predict, stride))
    points = curve(variant.name, variant.decode, chroma, known)
    strength = strength_at(points, SHARES[0])
    pictures = [
        render_u8(truth.l, ab, strength=strength) for truth, ab in zip(known, chroma, strict=True)
    ]
    plain = next(point for point in points if point.value == 1.0)
    return {
        "under_gray_at_75": at_colorfulness(points, SHARES[0]),
        "under_gray_at_85": at_colorfulness(points, SHARES[1]),
        "fd_efflite2_at_75": fd_efflite2(weights, photos, pictures),
        "rmse_at_strength_1": plain.rmse,
        "colorfulness_share_at_strength_1": plain.colorfulness_share,
    }


def main() -> None:
    """Train and score the variants one after the other; the table grows with each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs/ablation"))
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--only", help="Only variants with this in their name.")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(0)
    config = load_config(CONFIG)
    if config.data.validation is None or config.feature_weights is None:
        raise SystemExit(f"{CONFIG} names no validation photos or feature weights")
    photos = held_out(config.data.validation, options.limit)
    known = truths(photos)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", newline="", encoding="utf-8") as stream:
        stream.write(f"# python {' '.join(sys.argv)}\n")
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        writer.writeheader()
        for variant in VARIANTS:
            if options.only and options.only not in variant.name:
                continue
            print(variant.name, flush=True)
            run = train(variant, options.start, options.runs)
            scores = score(variant, run, photos, known, config.feature_weights)
            steps = round(config.phases[0].epochs * 17_616 // 32) * 32
            row = {name: f"{value:.4f}" for name, value in scores.items()}
            writer.writerow({"variant": variant.name, "image_steps": steps, **row})
            stream.flush()
            print("   ", row, flush=True)


if __name__ == "__main__":
    main()
