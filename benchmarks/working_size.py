"""Which working size serves pictures of which size: the table behind ``--size auto``.

The network sees the luminance of colour photographs at several short sides; its chroma, enlarged
as always, is compared with the true one (root of the mean squared difference of a* and b*).
Photographs are grouped by their own short side. The last line printed is the rule: for each group
the smallest size whose mean error is within half a percent of the best.

    python benchmarks/working_size.py --data VAL.tar KODAK --out results/working_size.csv
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from tomau.color import luminance, srgb_to_lab, upsample_chroma
from tomau.data.sources import decode_rgb, find_photos, read_encoded
from tomau.runtime import Colorizer

SIZES = (192, 256, 320, 384, 512)
GROUPS = {0: 256, 384: 512}
"""Least short side of each group, and the largest size that is tried: the photographs' own. What is
larger than a picture shows the network nothing that it does not hold."""
TOLERANCE = 1.005


def main() -> None:
    """Measure, write the table, print the rule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", required=True, help="shards or folders of photos")
    parser.add_argument("--photos", type=int, default=20, help="taken from each, evenly")
    parser.add_argument("--model", default="default", help="name or path")
    parser.add_argument("--out", type=Path, help="CSV to write as well")
    options = parser.parse_args()
    colorizer = Colorizer.load(options.model)
    errors: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    seconds: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for source in options.data:
        for rgb_u8 in evenly(source, options.photos):
            group = max(least for least in GROUPS if min(rgb_u8.shape[:2]) >= least)
            l = luminance(rgb_u8)
            ab = srgb_to_lab(rgb_u8.astype(np.float32) / 255)[..., 1:]
            for size in sizes_of(group):
                start = time.perf_counter()
                ab_low = colorizer.predict_ab(l, size=size)
                seconds[group, size].append(time.perf_counter() - start)
                difference = upsample_chroma(ab_low, l) - ab
                errors[group, size].append(float(np.sqrt(np.mean(difference**2))))
    rows = [
        (group, size, len(found), f"{np.mean(found):.3f}", f"{np.median(seconds[group, size]):.3f}")
        for (group, size), found in sorted(errors.items())
    ]
    print(*rows, sep="\n")
    rule = rule_of(errors, colorizer.card.size)
    print(f"AUTO_FACTORS = {rule}")
    if options.out is not None:
        with options.out.open("w", newline="", encoding="utf-8") as file:
            card = colorizer.card
            file.write("# python benchmarks/working_size.py --data VAL.tar KODAK\n")
            file.write(f"# model {card.name} {card.version}; AUTO_FACTORS = {rule}\n")
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["short_side_from", "size", "photos", "ab_rmse", "network_s"])
            table.writerows(rows)


def evenly(source: str, count: int) -> list[np.ndarray]:
    """Photographs spread evenly over a shard or folder."""
    encoded = list(read_encoded(find_photos(source)))
    step = max(1, len(encoded) // count)
    return [decode_rgb(photo.data) for photo in encoded[::step][:count]]


def sizes_of(group: int) -> list[int]:
    """The sizes that are tried on photographs of a group."""
    return [size for size in SIZES if size <= GROUPS[group]]


def rule_of(
    errors: dict[tuple[int, int], list[float]], card_size: int
) -> tuple[tuple[int, float], ...]:
    """Return the factor on the card's size from each short side on."""
    rule = []
    for group in GROUPS:
        means = {size: float(np.mean(errors[group, size])) for size in sizes_of(group)}
        best = min(means.values())
        size = min(size for size in means if means[size] <= TOLERANCE * best)
        rule.append((group, size / card_size))
    return tuple(rule)


if __name__ == "__main__":
    main()
