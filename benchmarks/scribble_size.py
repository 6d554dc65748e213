"""At how many pixels scribbles should be solved: dots of the true colour on the Kodak pictures.

Each picture gets dots of 11 x 11 pixels at places drawn at random, of their mean true colour, and
is coloured by them alone, solved at several sizes and led to its own. Told are the root of the mean
squared difference of a* and b* from the truth, how far the answer lies from that solved whole, and
the processor's time of a first answer.

    python benchmarks/scribble_size.py --pictures ../shared/eval/kodak \
        --out results/edits/scribble_size.csv
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from edit_photos import write_rows
from tomau import Hints, Scribbles
from tomau.color import compose_u8, srgb_to_lab
from tomau.evaluation.metrics import chroma_rmse
from tomau.imaging import read_picture

PIXELS = (393_216, 240_000, 160_000, 120_000, 80_000, 40_000)
"""The first is a Kodak picture's own size."""
COUNTS = (10, 40, 160)
RADIUS = 5


def dots(lab: np.ndarray, count: int, random: np.random.Generator) -> Hints:
    """Paint the mean true colours of ``count`` squares."""
    height, width = lab.shape[:2]
    paint = np.zeros((height, width, 4), np.uint8)
    for _ in range(count):
        row = int(random.integers(RADIUS, height - RADIUS))
        column = int(random.integers(RADIUS, width - RADIUS))
        square = (
            slice(row - RADIUS, row + RADIUS + 1),
            slice(column - RADIUS, column + RADIUS + 1),
        )
        mean = lab[square].mean(axis=(0, 1), keepdims=True)
        paint[square] = (*compose_u8(mean[..., 0], mean[..., 1:])[0, 0], 255)
    return Hints(width, height, paint=paint)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--every", type=int, default=3, help="take each so many")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found: dict[tuple[int, int], list[tuple[float, ...]]] = {}
    for path in sorted(options.pictures.glob("*.avif"))[:: options.every]:
        lab = srgb_to_lab(read_picture(path).pixels.astype(np.float32) / 255)
        l, random = np.ascontiguousarray(lab[..., 0]), np.random.default_rng(0)
        for count in COUNTS:
            hints, whole = dots(lab, count, random), None
            for pixels in PIXELS:
                start = time.process_time()
                ab = Scribbles(l, pixels=pixels)(hints)
                took = time.process_time() - start
                whole = ab if whole is None else whole
                apart = float(np.linalg.norm(ab - whole, axis=2).mean())
                told = (chroma_rmse(ab, lab[..., 1:]), apart, took)
                found.setdefault((count, pixels), []).append(told)
    rows = []
    for (count, pixels), told in found.items():
        error, apart, took = np.mean(told, axis=0)
        rows.append((count, pixels, len(told), f"{error:.3f}", f"{apart:.3f}", f"{took:.2f}"))
    head = ("dots", "pixels", "photos", "ab_rmse", "mean_from_whole", "processor_s")
    write_rows(options.out, head, rows)


if __name__ == "__main__":
    main()
