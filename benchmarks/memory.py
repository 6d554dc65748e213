"""Peak memory and time of large pictures, each in a process of its own, as `tomau colorize` runs.

Pictures are made here: waves and grain. 100 megapixels come as gray JPEG, as gray, 16-bit gray and
colour PNG, and as tiled TIFF, gray, colour, 16-bit gray, and the same with a gray profile; 600
megapixels (24,000 x 25,000) as tiled TIFF. TIFF goes by rows from file to file.

    python benchmarks/memory.py --out results/memory.csv
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

TILE = 512
DEEP = {"deep", "gamma"}
CASES = (
    ("100 MP gray JPEG", "gray.jpg", 8000, 12_500),
    ("100 MP gray PNG", "gray.png", 8000, 12_500),
    ("100 MP 16-bit gray PNG", "deep.png", 8000, 12_500),
    ("100 MP colour PNG", "colour.png", 8000, 12_500),
    ("100 MP tiled gray TIFF", "gray.tif", 8000, 12_500),
    ("100 MP tiled colour TIFF", "colour.tif", 8000, 12_500),
    ("100 MP tiled 16-bit gray TIFF", "deep.tif", 8000, 12_500),
    ("100 MP tiled 16-bit gray TIFF, gamma 2.2", "gamma.tif", 8000, 12_500),
    ("600 MP tiled gray TIFF", "gray.tif", 24_000, 25_000),
)
# Runs the command and tells its own peak: a parent's figure would be that of its largest child.
PROGRAM = """
import resource, sys
from tomau.cli.app import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="measure the cases whose name holds this")
    parser.add_argument("--out", type=Path, help="CSV to write as well")
    options = parser.parse_args()
    rows = []
    for name, file_name, height, width in CASES:
        if options.only and options.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / file_name
            make(source, height, width)
            seconds, megabytes = colorize(source)
        rate = height * width / 1e6 / seconds
        rows.append((name, f"{megabytes:.0f}", f"{seconds:.1f}", f"{rate:.1f}"))
        print(*rows[-1], sep="  ")
    if options.out is not None:
        with options.out.open("w", newline="", encoding="utf-8") as file:
            file.write("# python benchmarks/memory.py --out results/memory.csv\n")
            file.write(
                f"# load average at the end {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n"
            )
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["picture", "peak_mb", "seconds_of_the_process", "mp_per_s"])
            table.writerows(rows)


def make(source: Path, height: int, width: int) -> None:
    """Write a made picture; a TIFF tile by tile."""
    if source.suffix == ".tif":
        is_colour, is_gamma = source.stem == "colour", source.stem == "gamma"
        tifffile.imwrite(
            source,
            tiles(height, width, source.stem),
            shape=(height, width, 3) if is_colour else (height, width),
            dtype=np.uint16 if source.stem in DEEP else np.uint8,
            tile=(TILE, TILE),
            compression="zlib",
            compressionargs={"level": 1},
            photometric="rgb" if is_colour else "minisblack",
            metadata=None,
            iccprofile=imagecodecs.cms_profile("gray", gamma=2.2) if is_gamma else None,
        )
        return
    repeats = (-(-height // TILE), -(-width // TILE))
    gray = np.tile(tile(0), repeats)[:height, :width]
    if source.stem == "colour":
        gray = np.dstack([gray, gray[::-1], 255 - gray])
    if source.stem in DEEP:
        gray = gray.astype(np.uint16) * 257 + gray
    Image.fromarray(gray).save(source, compress_level=1)


def tiles(height: int, width: int, kind: str) -> Iterator[NDArray[Any]]:
    """Tiles of ``gray``, ``colour``, ``deep`` or ``gamma``, row by row; neighbours differ."""
    for number in range(-(-height // TILE) * -(-width // TILE)):
        gray = tile(number % 8)
        if kind == "colour":
            yield np.dstack([gray, gray[::-1], 255 - gray])
        else:
            yield gray if kind == "gray" else gray.astype(np.uint16) * 257 + gray


@cache
def tile(number: int) -> NDArray[np.uint8]:
    """Waves and coarse grain."""
    rows, columns = np.mgrid[0:TILE, 0:TILE]
    waves = 120 + 70 * np.sin(rows / 40 + number) * np.cos(columns / 57)
    grain = np.random.default_rng(number).normal(0, 3, waves.shape)
    return np.clip(waves + grain, 0, 255).astype(np.uint8)


def colorize(source: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of one process."""
    command = [sys.executable, "-c", PROGRAM, "colorize", "-q", "--max-pixels", "1000000000"]
    start = time.perf_counter()
    done = subprocess.run([*command, str(source)], check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr)
    return seconds, int(done.stderr.split()[-1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
