"""How different the variants of a photograph are, and how near the best of them comes.

For each photograph N variants are drawn, as ``tomau colorize --variants N`` does; the least ab-RMSE
of them stands beside that of the automatic result, which is one of them.

    python benchmarks/variants.py --model MODEL --data ../shared/data/val.tar \
        --out results/edits/variants.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from edit_photos import photos, write_rows
from tomau.cli.variants_run import diversity
from tomau.color import render_u8
from tomau.edits.variants import draw_variants
from tomau.evaluation.metrics import chroma_rmse
from tomau.runtime import Colorizer


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default")
    parser.add_argument("--data", required=True)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--counts", type=int, nargs="+", default=[2, 3, 5, 8])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    colorizer = Colorizer.load(options.model)
    scores: dict[int, list[tuple[float, float, float]]] = {count: [] for count in options.counts}
    for photo in photos(options.data, options.limit):
        prediction, truth = photo.predicted(colorizer)
        single = chroma_rmse(prediction.ab, truth)
        for count in options.counts:
            answers = [
                variant(prediction, *truth.shape[:2]).ab
                for variant in draw_variants(count, seed=options.seed)
            ]
            best = min(chroma_rmse(ab, truth) for ab in answers)
            shown = [render_u8(prediction.l, ab)[::2, ::2] for ab in answers]
            scores[count].append((single, best, diversity(shown)))
    rows = []
    for count, found in scores.items():
        single, best, apart = np.mean(found, axis=0)
        row = (count, len(found), f"{single:.3f}", f"{best:.3f}", f"{1 - best / single:.3f}")
        rows.append((*row, f"{apart:.2f}"))
    head = ("variants", "photos", "single_rmse", "best_rmse", "under_single", "mean_de00_between")
    write_rows(options.out, head, rows)


if __name__ == "__main__":
    main()
