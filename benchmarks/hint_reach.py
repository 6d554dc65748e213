"""How far a person's hint should reach: things given another colour, by one hint on each.

A thing in a photograph gets another colour, as in training: what looks like a pixel drawn at
random, in light, colour and place. One hint tells of it. Wanted is the automatic answer outside
the thing, and the other colour on it; what the hint changes outside is told apart. Beside it
stands what 1, 5 and 10 hints of the true colour are worth, at places drawn as in training: the
root of the mean squared difference of a* and b* from the truth.

With a bound, hints keep to what the network expects the same colours of (`tomau.edits.likeness`).

    python benchmarks/hint_reach.py --model MODEL --data ../shared/data/val.tar \
        --out results/edits/hint_reach.csv
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from edit_photos import Photo, photos, write_rows
from hint_curve import PATCH
from tomau.color.spaces import AB_LIMIT
from tomau.edits.coloring import BOUND, guided_ab
from tomau.evaluation.metrics import chroma_rmse
from tomau.models.hints import paint_hints
from tomau.runtime import Colorizer
from tomau.runtime.prediction import Prediction
from tomau.training.batch import recolor

REACHES = (1.0, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
BOUNDS = (None, 2 * BOUND, BOUND, BOUND / 2)
COUNTS = (1, 5, 10)
HEAD = (
    "reach", "bound", "photos", "rmse", "missed_on_thing", "changed_outside",
    *(f"ab_rmse_{count}_true" for count in COUNTS),
)  # fmt: skip

Floats = NDArray[np.float32]


def recolored(
    prediction: Prediction, truth: Floats, photo: Photo, random: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Give a thing another colour: a hint (h, w, 3), what is wanted, how far each place is it."""
    lab = torch.from_numpy(photo.lab()).permute(2, 0, 1)[None]
    l, ab = lab[:, :1] / 50 - 1, lab[:, 1:] / AB_LIMIT
    wanted, patch = recolor(l, ab, 1.0, random)
    hints = painted(wanted, patch)
    colored = wanted[0].permute(1, 2, 0).numpy() * AB_LIMIT
    moved = np.linalg.norm(colored - truth, axis=2)
    thing = np.clip(moved / max(float(moved[hints[..., 2] > 0].mean()), 1e-3), 0, 1)
    return hints, prediction.ab + thing[..., np.newaxis] * (colored - prediction.ab), thing


def painted(ab: torch.Tensor, patches: NDArray[np.int64]) -> Floats:
    """Reveal patches of ab/110, [1, 2, H, W], as hints (h, w, 3) in units of ab."""
    hints = paint_hints(ab, patches)[0].permute(1, 2, 0).numpy().copy()
    hints[..., :2] *= AB_LIMIT
    return hints


def true_hints(truth: Floats, count: int, random: np.random.Generator) -> Floats:
    """Reveal patches of the true colours at places drawn as in training."""
    sides = np.array(truth.shape[:2])
    corners = np.rint(random.normal(sides / 2, sides / 4, (count, 2)) - PATCH / 2)
    corners = corners.astype(np.int64).clip(0, sides - PATCH)
    patches = np.column_stack((np.zeros(count, np.int64), corners, np.full(count, PATCH)))
    return painted(torch.from_numpy(truth.copy()).permute(2, 0, 1)[None] / AB_LIMIT, patches)


def score(colorizer: Colorizer, photo: Photo, random: np.random.Generator) -> list[list[float]]:
    """Per reach and bound: what `HEAD` names, of one photograph."""
    prediction, truth = photo.predicted(colorizer)
    hints, target, thing = recolored(prediction, truth, photo, random)
    revealed = [true_hints(truth, count, random) for count in COUNTS]
    rows = []
    for reach, bound in product(REACHES, BOUNDS):
        answer = guided_ab(prediction, hints, reach, bound)
        missed = np.linalg.norm(answer - target, axis=2)
        changed = np.linalg.norm(answer - prediction.ab, axis=2)
        on = float(missed[thing > 0.5].mean()) if (thing > 0.5).any() else 0.0
        outside = float(changed[thing < 0.1].mean()) if (thing < 0.1).any() else 0.0
        told = (guided_ab(prediction, some, reach, bound) for some in revealed)
        errors = [chroma_rmse(ab, truth) for ab in told]
        rows.append([chroma_rmse(answer, target), on, outside, *errors])
    return rows


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default")
    parser.add_argument("--data", required=True)
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    colorizer = Colorizer.load(options.model)
    random = np.random.default_rng(0)
    scores = [score(colorizer, photo, random) for photo in photos(options.data, options.limit)]
    rows = [
        (reach, "" if bound is None else bound, len(scores), *(f"{value:.3f}" for value in values))
        for (reach, bound), values in zip(
            product(REACHES, BOUNDS), np.mean(scores, axis=0), strict=True
        )
    ]
    write_rows(options.out, HEAD, rows)


if __name__ == "__main__":
    main()
