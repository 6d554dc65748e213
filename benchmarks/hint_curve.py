"""PSNR against the number of revealed hints, by the protocol of Zhang et al. 2017.

Each photo at 256x256 gets N patches of 7x7 pixels at places drawn as in training, filled with
their mean true colour; N = 0, 1, 2, 5, 10, 20, 50, 100, 500. A model answers as it does for
people, its gain included. PSNR is over sRGB, the mean over photos. The published curve, on 1,000
ILSVRC test photos, stands beside ours for its shape; the photos are others.

    python benchmarks/hint_curve.py --data ../shared/data/val.tar \
        --out results/flagship/hint_curve.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from tomau.color import compose_u8, srgb_to_lab
from tomau.evaluation.metrics import ciede2000, psnr
from tomau.models.hints import paint_hints
from tomau.runtime import Colorizer
from tomau.runtime.prediction import Prediction
from tradeoff import held_out

# Zhang et al., "Real-Time User-Guided Image Colorization", SIGGRAPH 2017: dB with local hints.
PUBLISHED = {
    0: 24.43, 1: 25.37, 2: 26.20, 5: 27.39, 10: 28.42, 20: 29.34, 50: 30.42, 100: 31.13, 500: 32.14,
}  # fmt: skip
SIZE, PATCH = 256, 7


def patches(count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw ``count`` hints for one photo: ``[count, 4]``, photo 0, top, left, side."""
    corners = np.rint(random.normal(SIZE / 2, SIZE / 4, (count, 2)) - PATCH / 2).astype(np.int64)
    corners = corners.clip(0, SIZE - PATCH)
    return np.column_stack((np.zeros(count, np.int64), corners, np.full(count, PATCH)))


class Photo(NamedTuple):
    """A photo, and what the network says of it once for all counts of hints."""

    rgb: NDArray[np.float32]
    lab: NDArray[np.float32]
    prediction: Prediction


def look(colorizer: Colorizer, rgb_u8: NDArray[np.uint8]) -> Photo:
    """Ask the network."""
    rgb = rgb_u8.astype(np.float32) / 255
    lab = srgb_to_lab(rgb)
    return Photo(rgb, lab, colorizer.predict(np.ascontiguousarray(lab[..., 0])))


def score(photo: Photo, count: int, random: np.random.Generator) -> tuple[float, float]:
    """PSNR of the answer with ``count`` hints, and the mean dE00 at their pixels."""
    ab = torch.from_numpy(photo.lab[..., 1:]).permute(2, 0, 1)[None]
    hints = paint_hints(ab, patches(count, random))[0].permute(1, 2, 0).contiguous().numpy()
    answer = photo.prediction.with_hints(hints)
    l = photo.prediction.l
    fidelity = psnr(compose_u8(l, answer).astype(np.float32) / 255, photo.rgb)
    marked = hints[..., 2] > 0
    if not marked.any():
        return fidelity, 0.0
    got, asked = (np.dstack((l, x))[marked][None] for x in (answer, hints[..., :2]))
    return fidelity, float(ciede2000(got, asked).mean())


def main() -> None:
    """Write the curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default", help="name or path")
    parser.add_argument("--data", required=True)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--counts", type=int, nargs="+", default=[*PUBLISHED])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    colorizer = Colorizer.load(options.model)
    photos = [look(colorizer, rgb) for rgb in held_out(options.data, options.limit)]
    rows = []
    for count in options.counts:
        random = np.random.default_rng(count)
        scores = [score(photo, count, random) for photo in photos]
        fidelity, missed = np.mean(scores, axis=0)
        rows.append((count, f"{fidelity:.2f}", f"{missed:.2f}", PUBLISHED.get(count)))
        print(f"{count:4d} hints  {fidelity:6.2f} dB  dE00 at hints {missed:5.2f}", flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", newline="", encoding="utf-8") as stream:
        stream.write(f"# python {' '.join(sys.argv)}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("hints", "psnr_db", "de00_at_hints", "zhang_2017_psnr_db"))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
