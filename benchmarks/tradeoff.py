"""Error against colourfulness: the whole curve that a network can reach, not one point of it.

A network that answers timid colours is near the truth and brown, one that answers bold colours is
vivid and far. Chroma is scaled by each strength (and, for networks with a distribution over
colours, taken from it at each temperature), rendered at 256x256 as `tomau colorize` would, and
scored.

    python benchmarks/tradeoff.py tomau-1=runs/tomau-1 --data ../shared/data/val.tar \
        --out results/flagship/tradeoff.csv
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path
from torch import nn
from torch.nn import functional as F

from tomau.color import guided_detail, render_u8, srgb_to_lab
from tomau.color.spaces import AB_LIMIT, denormalize_l
from tomau.color.torch_lab import normalized_lab
from tomau.data import PackOptions, open_pack
from tomau.evaluation.metrics import chroma_rmse, colorfulness, mean_chroma
from tomau.models import create_generator, read_weights
from tomau.models.generators.hint_unet import annealed_mean
from tomau.training.validation import to_tensor, validation_photos

STRENGTHS = (1.0, 1.2, 1.4, 1.6, 1.8)
TEMPERATURES = (1.0, 0.6, 0.38)
CPU = torch.device("cpu")
Predict = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Point:
    """A point of the curve; shares are of the truth's own value."""

    model: str
    decode: str
    value: float
    rmse: float
    under_gray: float
    chroma_share: float
    colorfulness_share: float


@dataclass(frozen=True)
class Truth:
    """A photo at 256x256 and what every point is compared with."""

    l: NDArray[np.float32]
    ab: NDArray[np.float32]
    colorfulness: float


def load_network(run: Path, weights: str = "ema") -> nn.Module:
    """Load the generator of a run of ``tomau train``."""
    name = json.loads((run / "config.json").read_text(encoding="utf-8"))["generator"]
    network = create_generator(name)
    network.load_state_dict(read_weights(run / "checkpoint" / f"{weights}.safetensors"))
    return network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def truths(photos: NDArray[np.uint8]) -> list[Truth]:
    """Split photos ``[N, 256, 256, 3]`` once for all points."""
    rows = []
    for rgb_u8 in photos:
        rgb = rgb_u8.astype(np.float32) / 255
        lab = srgb_to_lab(rgb)
        rows.append(Truth(np.ascontiguousarray(lab[..., 0]), lab[..., 1:], colorfulness(rgb)))
    return rows


@torch.inference_mode()
def answers(
    photos: NDArray[np.uint8], predict: Predict, stride: int = 1
) -> Iterator[NDArray[np.float32]]:
    """Yield ab ``[256, 256, 2]`` for each photo, its detail guided as the runtime does."""
    for rgb_u8 in photos:
        l = normalized_lab(to_tensor(torch.from_numpy(rgb_u8[None]), CPU))[0]
        ab = (predict(l)[0] * AB_LIMIT).permute(1, 2, 0).contiguous().numpy()
        yield guided_detail(ab, denormalize_l(l[0, 0].numpy()), stride)


def stride_of(network: nn.Module) -> int:
    """Cells of a network's chroma whose detail luminance guides; 1 where none is."""
    return getattr(network, "chroma_stride", 1)


def regression(network: nn.Module) -> Predict:
    """Answer by the network's chroma head."""
    return lambda l: network(l)


def flipped_too(network: nn.Module) -> Predict:
    """Answer the mean over the photo and its mirror image."""
    return lambda l: (network(l) + network(l.flip(-1)).flip(-1)) / 2


def classes_at(network: nn.Module, temperature: float) -> Predict:
    """Answer by the network's distribution at a temperature."""

    def predict(l: torch.Tensor) -> torch.Tensor:
        _, classes, _ = network(l, taught=True)
        return F.interpolate(annealed_mean(classes, temperature), l.shape[2:], mode="bilinear")

    return predict


def curve(
    model: str,
    decode: str,
    chroma: Sequence[NDArray[np.float32]],
    photos: Sequence[Truth],
    strengths: Sequence[float] = STRENGTHS,
) -> list[Point]:
    """Score answers at each strength."""
    gray = np.mean([chroma_rmse(np.zeros_like(truth.ab), truth.ab) for truth in photos])
    true_chroma = np.mean([mean_chroma(truth.ab) for truth in photos])
    true_color = np.mean([truth.colorfulness for truth in photos])
    points = []
    for strength in strengths:
        scores = [_score(truth, ab, strength) for truth, ab in zip(photos, chroma, strict=True)]
        rmse, saturation, colour = np.mean(scores, axis=0)
        shares = (saturation / true_chroma, colour / true_color)
        points.append(Point(model, decode, strength, rmse, 1 - rmse / gray, *shares))
    return points


def _score(truth: Truth, ab: NDArray[np.float32], strength: float) -> tuple[float, float, float]:
    rgb = render_u8(truth.l, ab, strength=strength).astype(np.float32) / 255
    answer = srgb_to_lab(rgb)[..., 1:]
    return chroma_rmse(answer, truth.ab), mean_chroma(answer), colorfulness(rgb)


def at_colorfulness(points: Sequence[Point], share: float) -> float:
    """Return by how much the curve is under gray where its colourfulness is ``share``."""
    ordered = sorted(points, key=lambda point: point.colorfulness_share)
    x = [point.colorfulness_share for point in ordered]
    return float(np.interp(share, x, [p.under_gray for p in ordered], left=np.nan, right=np.nan))


def held_out(data: str, limit: int) -> NDArray[np.uint8]:
    """Photos ``[N, 256, 256, 3]`` for scoring, decoded once into the cache."""
    pack = open_pack(data, user_cache_path("tomau") / "packs", PackOptions())
    return validation_photos(pack, limit)


def write_points(points: Sequence[Point], path: Path) -> None:
    """Write a CSV with a line for each point, under the command that made it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        stream.write(f"# python {' '.join(sys.argv)}\n")
        writer = csv.DictWriter(stream, asdict(points[0]), lineterminator="\n")
        writer.writeheader()
        for point in points:
            row = asdict(point)
            writer.writerow({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()})


def main() -> None:
    """Write the curves of some runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="LABEL=RUN")
    parser.add_argument("--data", required=True)
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    photos = held_out(options.data, options.limit)
    photo_truths = truths(photos)
    points: list[Point] = []
    for entry in options.runs:
        label, _, run = entry.partition("=")
        network = load_network(Path(run))
        ab = list(answers(photos, regression(network), stride_of(network)))
        points += curve(label, "strength", ab, photo_truths)
        if hasattr(network, "classes"):
            for temperature in TEMPERATURES:
                ab = list(answers(photos, classes_at(network, temperature)))
                decode = f"temperature {temperature}"
                points += curve(label, decode, ab, photo_truths, (1.0,))
    for point in points:
        print(
            f"{point.model:12} {point.decode:16} {point.value:5.2f}  rmse {point.rmse:6.2f}"
            f"  under gray {point.under_gray:6.1%}  colourfulness {point.colorfulness_share:6.1%}"
        )
    write_points(points, options.out)


if __name__ == "__main__":
    main()
