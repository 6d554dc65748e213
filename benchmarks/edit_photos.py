"""Validation photographs as the benchmarks of a person's edits take them."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tomau.color import srgb_to_lab
from tomau.evaluation.photos import TruthPhotos
from tomau.imaging import Picture
from tomau.runtime import Colorizer
from tomau.runtime.prediction import Prediction

SIZE = 256


@dataclass(frozen=True)
class Photo:
    """A photograph at working size, its short side `SIZE`.

    Attributes:
        key: its name in the data.
        rgb: (h, w, 3) uint8.
    """

    key: str
    rgb: NDArray[np.uint8]

    @property
    def picture(self) -> Picture:
        """The photograph as a reference."""
        return Picture(self.rgb)

    def lab(self) -> NDArray[np.float32]:
        """Lab (h, w, 3)."""
        return srgb_to_lab(self.rgb.astype(np.float32) / 255)

    def predicted(self, colorizer: Colorizer) -> tuple[Prediction, NDArray[np.float32]]:
        """What the model says of it, and its true ab."""
        lab = self.lab()
        l = np.ascontiguousarray(lab[..., 0])
        return colorizer.predict(l, size=min(l.shape)), lab[..., 1:]


def photos(data: str, limit: int | None = None) -> Iterator[Photo]:
    """Yield photographs with their short side brought to `SIZE`."""
    for key, rgb in TruthPhotos(data, limit=limit):
        share = SIZE / min(rgb.shape[:2])
        size = (round(rgb.shape[1] * share), round(rgb.shape[0] * share))
        image = Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS)
        yield Photo(key, np.asarray(image))


def every(count: int, limit: int) -> set[int]:
    """Numbers of ``limit`` photographs spread evenly over ``count``."""
    return set(np.linspace(0, count - 1, min(limit, count)).astype(int).tolist())


def write_rows(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a CSV under the command that made it, and print it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        stream.write(f"# python {' '.join(sys.argv)}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
    print(path.read_text(encoding="utf-8"), end="")
