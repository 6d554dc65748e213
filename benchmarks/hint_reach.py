"""How far a person's hint should reach: things given another colour, by one hint on each.

A thing in a photograph gets another colour, as in training: what looks like a pixel drawn at
random, in light, colour and place. One hint tells of it. Wanted is the automatic answer outside
the thing, and the other colour on it; what the hint changes outside is told apart.

    python benchmarks/hint_reach.py --model MODEL --data ../shared/data/val.tar \
        --out results/edits/hint_reach.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from edit_photos import Photo, photos, write_rows
from tomau.color.spaces import AB_LIMIT
from tomau.evaluation.metrics import chroma_rmse
from tomau.models.hints import paint_hints
from tomau.runtime import Colorizer
from tomau.training.batch import recolor

REACHES = (1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.14, 0.1)


def score(colorizer: Colorizer, photo: Photo, random: np.random.Generator) -> list[list[float]]:
    """Per reach: error to what is wanted, on the thing, mean change outside; all in units of ab."""
    prediction, truth = photo.predicted(colorizer)
    lab = torch.from_numpy(photo.lab()).permute(2, 0, 1)[None]
    l, ab = lab[:, :1] / 50 - 1, lab[:, 1:] / AB_LIMIT
    wanted, patch = recolor(l, ab, 1.0, random)
    hints = paint_hints(wanted, patch)[0].permute(1, 2, 0).numpy().copy()
    hints[..., :2] *= AB_LIMIT
    colored = wanted[0].permute(1, 2, 0).numpy() * AB_LIMIT
    moved = np.linalg.norm(colored - truth, axis=2)
    thing = np.clip(moved / max(float(moved[hints[..., 2] > 0].mean()), 1e-3), 0, 1)
    target = prediction.ab + thing[..., np.newaxis] * (colored - prediction.ab)
    rows = []
    for reach in REACHES:
        answer = prediction.with_hints(hints, reach=reach)
        missed = np.linalg.norm(answer - target, axis=2)
        changed = np.linalg.norm(answer - prediction.ab, axis=2)
        on = float(missed[thing > 0.5].mean()) if (thing > 0.5).any() else 0.0
        outside = float(changed[thing < 0.1].mean()) if (thing < 0.1).any() else 0.0
        rows.append([chroma_rmse(answer, target), on, outside])
    return rows


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default")
    parser.add_argument("--data", required=True)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    colorizer = Colorizer.load(options.model)
    random = np.random.default_rng(0)
    scores = [score(colorizer, photo, random) for photo in photos(options.data, options.limit)]
    rows = [
        (reach, len(scores), *(f"{value:.3f}" for value in values))
        for reach, values in zip(REACHES, np.mean(scores, axis=0), strict=True)
    ]
    write_rows(options.out, ("reach", "photos", "rmse", "missed_on_thing", "changed_outside"), rows)


if __name__ == "__main__":
    main()
