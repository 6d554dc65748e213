"""The full-resolution colour stage: speed of its parts, and how well luminance is kept.

Speeds are for a picture of 1500 x 1000 with chroma of a short side of 256; "per thread" counts
processor time, so that it means something on a busy machine too, and "processors had" how many the
threads really got. Luminance errors are in L*, measured by scikit-image over all pictures: their
true chroma, averaged to a short side of 256, is rendered at two strengths; the worst picture's mean
and the worst pixel of all are given.

    python benchmarks/color_stage.py --pictures KODAK --out results/color_stage.csv
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from skimage.color import rgb2lab

from oracle import at_working_size, megapixels_per_second, parse_options, read_pictures, write_table
from tomau.color import (
    compose_u8,
    luminance,
    render_float,
    render_u8,
    srgb_to_lab,
    strips,
    upsample_chroma,
)
from tomau.color.colour_table import as_gray, colour_table, locate

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SPEED_SIZE = (1000, 1500)
STRIP_ROWS = 16
STRENGTHS = (1.0, 1.6)
Row = tuple[str, str, str]


def main() -> None:
    """Measure and write the table."""
    options = parse_options(__doc__.splitlines()[0])

    pictures = read_pictures(options.pictures)
    rows = speeds(pictures[0], threads=options.threads, repeats=options.repeats)
    rows += luminance_errors(pictures)
    write_table(options.out, ("measure", "value", "unit"), rows)


def speeds(rgb_u8: NDArray[np.uint8], *, threads: int, repeats: int) -> list[Row]:
    """Time each part of the stage on one enlarged picture."""
    height, width = SPEED_SIZE
    image = Image.fromarray(rgb_u8).resize((width, height), Image.Resampling.BICUBIC)
    rgb_u8, gray_u8 = np.asarray(image), np.asarray(image.convert("L"))
    l = luminance(gray_u8)
    ab_low = at_working_size(srgb_to_lab(rgb_u8.astype(np.float32) / 255)[..., 1:], 256)
    ab = upsample_chroma(ab_low, l)

    def gamut_and_encode() -> None:
        for top in range(0, height, STRIP_ROWS):
            strip = slice(top, top + STRIP_ROWS)
            compose_u8(l[strip], ab[strip])

    planes = np.ascontiguousarray(np.moveaxis(ab, -1, 0))
    out = np.empty((height, width, 3), np.uint8)

    def by_table() -> None:
        for rows in strips(height, width):
            gray, places = as_gray(l[rows]), np.empty(l[rows].shape, np.int32)
            if gray is not None:
                locate(gray, planes[:, rows].copy(), places)
                colour_table().write(places, out[rows])

    alone: dict[str, Callable[[], object]] = {
        "luminance of gray u8": lambda: luminance(gray_u8),
        "luminance of RGB u8": lambda: luminance(rgb_u8),
        "upsample_chroma": lambda: upsample_chroma(ab_low, l),
        "gamut and 8-bit encoding, colour by colour": gamut_and_encode,
        "gamut and 8-bit encoding of gray, by table": by_table,
    }
    colour_l = luminance(rgb_u8)
    together: dict[str, Callable[[], object]] = {
        "render_u8 of gray": lambda: render_u8(l, ab_low, threads=threads),
        "render_u8 of gray, strength 1.6": lambda: render_u8(
            l, ab_low, strength=1.6, threads=threads
        ),
        "render_u8 of RGB": lambda: render_u8(colour_l, ab_low, threads=threads),
        "render_float": lambda: render_float(l, ab_low, threads=threads),
    }
    rows = []
    for name, work in {**alone, **together}.items():
        wall, per_thread = megapixels_per_second(work, height * width, repeats=repeats)
        rows.append((f"{name}, per thread", f"{per_thread:.1f}", "MP/s"))
        if name in together:
            rows.append((f"{name}, {threads} threads", f"{wall:.1f}", "MP/s"))
            # Of a machine that others use, a thread may get less than a processor.
            rows.append((f"{name}, processors had", f"{wall / per_thread:.2f}", "processors"))
    return rows


def luminance_errors(pictures: list[NDArray[np.uint8]]) -> list[Row]:
    """Worst mean and worst single |dL*| over the pictures, for all kinds of output.

    "u8 of gray" is of the pictures brought to 8-bit gray first, which a table finishes.
    """
    rows = []
    for strength in STRENGTHS:
        errors: defaultdict[str, list[NDArray[np.float64]]] = defaultdict(list)
        for rgb_u8 in pictures:
            lab = srgb_to_lab(rgb_u8.astype(np.float32) / 255)
            l, ab_low = luminance(rgb_u8), at_working_size(lab[..., 1:], 256)
            gray_l = luminance(np.asarray(Image.fromarray(rgb_u8).convert("L")))
            of_gray = render_u8(gray_l, ab_low, strength=strength)
            out_u8 = render_u8(l, ab_low, strength=strength)
            out = render_float(l, ab_low, strength=strength).astype(np.float64)
            errors["u8 of gray"].append(np.abs(rgb2lab(of_gray)[..., 0] - gray_l))
            errors["u8 of RGB"].append(np.abs(rgb2lab(out_u8)[..., 0] - l))
            errors["float"].append(np.abs(rgb2lab(out)[..., 0] - l))
        for kind, per_picture in errors.items():
            name = f"|dL*| of {kind} output at strength {strength}"
            worst_mean = max(error.mean() for error in per_picture)
            worst = max(error.max() for error in per_picture)
            rows.append((f"{name}, mean of worst picture", f"{worst_mean:.5f}", "L*"))
            rows.append((f"{name}, worst pixel", f"{worst:.5f}", "L*"))
    return rows


if __name__ == "__main__":
    main()
