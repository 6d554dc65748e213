"""What the colour benchmarks share: pictures, area averages, clocks and tables."""

from __future__ import annotations

import argparse
import csv
import os
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

SUFFIXES = {".avif", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"}


def read_pictures(folder: Path) -> list[NDArray[np.uint8]]:
    """Read all pictures of a folder, by name, (H, W, 3) uint8 sRGB."""
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    if not files:
        sys.exit(f"{folder} holds no pictures; expected the Kodak set: --pictures FOLDER")
    pictures = []
    for file in files:
        with Image.open(file) as image:
            pictures.append(np.asarray(image.convert("RGB")))
    return pictures


def resize(
    planes: NDArray[np.float32], height: int, width: int, method: Image.Resampling
) -> NDArray[np.float32]:
    """Resize (H, W, C) float planes by a filter of Pillow."""
    channels = (np.ascontiguousarray(planes[..., i]) for i in range(planes.shape[2]))
    resized = [np.asarray(Image.fromarray(c).resize((width, height), method)) for c in channels]
    return np.stack(resized, axis=-1)


def at_working_size(planes: NDArray[np.float32], short_side: int) -> NDArray[np.float32]:
    """Average (H, W, C) by area so that the short side is ``short_side``."""
    height, width = planes.shape[:2]
    scale = short_side / min(height, width)
    return resize(planes, round(height * scale), round(width * scale), Image.Resampling.BOX)


def megapixels_per_second(
    work: Callable[[], object], pixels: int, *, repeats: int
) -> tuple[float, float]:
    """Median rate by the clock and per second of processor time of all threads together."""
    work()
    wall, processor = [], []
    for _ in range(repeats):
        wall_start, processor_start = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - wall_start)
        processor.append(time.process_time() - processor_start)
    return pixels / 1e6 / statistics.median(wall), pixels / 1e6 / statistics.median(processor)


def parse_options(description: str) -> argparse.Namespace:
    """Read the options that these benchmarks share from the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--pictures", type=Path, required=True, help="folder of colour photographs")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--out", type=Path, help="CSV to write as well")
    return parser.parse_args()


def write_table(out: Path | None, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, and write it as CSV under the command that made it."""
    rows = list(rows)
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    for row in [columns, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    if out is None:
        return
    with out.open("w", newline="", encoding="utf-8") as file:
        file.write(f"# {command_line()}\n# {machine()}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def command_line() -> str:
    """The command as a reader would type it, without this machine's paths."""
    words = [f"benchmarks/{sys.argv[0].rsplit('/', 1)[-1]}"]
    for before, word in zip(sys.argv, sys.argv[1:], strict=False):
        words.append("PICTURES" if before == "--pictures" else word)
    return f"python {' '.join(words)}"


def machine() -> str:
    """Processor architecture, the versions that decide the speed, and how busy it was."""
    return (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}, load average at the end {os.getloadavg()[0]:.1f}"
    )
