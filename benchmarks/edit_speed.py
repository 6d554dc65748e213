"""How soon a person sees what a changed hint, stroke or strength does.

The network is run once for a photograph (`Colorizer.prepare`); then a hint is moved and the
answer made again: the colours at working size alone, the live preview of 1024 pixels, and the
whole photograph. Scribbles without a network: 20 strokes on one megapixel, then one of them
given another colour, or another place.

    python benchmarks/edit_speed.py --model MODEL --out results/edits/edit_speed.csv
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from edit_photos import write_rows
from tomau import Colorizer, Hints, Reference, Scribbles, Stroke
from tomau.color import luminance
from tomau.edits.variants import draw_variants
from tomau.imaging import read_picture

LIMITS = {
    "changed hint, working size": 0.15,
    "20 strokes, 1 MP": 2.0,
    "recoloured stroke, 1 MP": 0.5,
    "moved stroke, 1 MP": 0.5,
}


def seconds(work: Callable[[int], object], repeats: int) -> tuple[float, float, float]:
    """Median and least wall-clock time of ``work(k)``, and its least time of the processor."""
    taken, busy = [], []
    for k in range(repeats):
        start, before = time.perf_counter(), time.process_time()
        work(k)
        taken.append(time.perf_counter() - start)
        busy.append(time.process_time() - before)
    return float(np.median(taken)), min(taken), min(busy)


def strokes(random: np.random.Generator, width: int, height: int, count: int) -> list[Stroke]:
    """Draw short lines of random colours."""
    starts = random.uniform(0.1, 0.8, (count, 2))
    ends = starts + random.uniform(-0.08, 0.15, (count, 2))
    scale = (width, height)
    return [
        Stroke((tuple(start * scale), tuple(end * scale)), tuple(color.tolist()))  # type: ignore[arg-type]
        for start, end, color in zip(starts, ends, random.integers(0, 255, (count, 3)), strict=True)
    ]


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default")
    parser.add_argument("--picture", type=Path, default=Path("../shared/eval/kodak/kodim03.avif"))
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    random = np.random.default_rng(0)
    picture = read_picture(options.picture)
    width, height = picture.width, picture.height
    prepared = Colorizer.load(options.model).prepare(picture)
    preview = prepared.reduced(1024)
    some = strokes(random, width, height, 20)

    def hints(k: int) -> Hints:
        moved = Stroke(((100.0 + k, 200.0),), (192, 48, 40))
        return Hints(width, height, (*some, moved))

    large_l = np.asarray(luminance(picture.pixels))
    rows, columns = (np.linspace(0, side - 1, 1000).astype(int) for side in large_l.shape)
    megapixel = np.ascontiguousarray(large_l[rows][:, columns])
    painted = strokes(random, 1000, 1000, 20)
    scribbles = Scribbles(megapixel)

    def changed(k: int, along: float = 0.0) -> Hints:
        points = tuple((x + along, y) for x, y in painted[-1].points)
        return Hints(1000, 1000, (*painted[:-1], Stroke(points, (40 + 20 * k, 90, 160))))

    own = Reference((picture,))
    variant = draw_variants(2)[1]
    tasks: dict[str, Callable[[int], object]] = {
        "changed hint, working size": lambda k: prepared.colors(hints(k)),
        "changed hint, preview of 1024": lambda k: preview.answer(hints(k)),
        "changed strength, preview of 1024": lambda k: preview.answer(strength=1 + k / 10),
        "changed hint, whole photograph": lambda k: prepared.answer(hints(k)),
        "variant, working size": lambda _: prepared.colors(variant),
        "known reference, working size": lambda _: prepared.colors(own),
        "20 strokes, 1 MP": lambda _: Scribbles(megapixel)(Hints(1000, 1000, tuple(painted))),
        "recoloured stroke, 1 MP": lambda k: scribbles(changed(k)),
        "moved stroke, 1 MP": lambda k: scribbles(changed(0, 10.0 * k)),
    }
    scribbles(changed(0))
    found = []
    for name, work in tasks.items():
        work(0)
        repeats = 2 if name.startswith("20") else options.repeats
        timed = seconds(lambda k, work=work: work(k + 1), repeats)  # type: ignore[misc]
        found.append((name, *(f"{value:.3f}" for value in timed), LIMITS.get(name, "")))
        print(*found[-1], flush=True)
    head = ("what", "median_s", "least_s", "least_processor_s", "limit_s")
    write_rows(options.out, head, found)


if __name__ == "__main__":
    main()
