"""Oracle test of the chroma upsampler: how much of the true chroma comes back from working size.

The true ab of each picture is averaged by area to a short side of 256 (and 128) and brought back
to full size, the full-resolution L* as guide. The error is the root of the mean squared difference
over both channels and all pixels, averaged over the pictures. Speed is that of two planes from a
short side of 256 to 1500 x 1000; "per thread" counts processor time, so that it means
something on a busy machine too.

    python benchmarks/chroma_upsampling.py --pictures KODAK --out results/chroma_upsampling.csv
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image

from oracle import (
    at_working_size,
    megapixels_per_second,
    parse_options,
    read_pictures,
    resize,
    write_table,
)
from tomau.color import srgb_to_lab, upsample_chroma
from tomau.color.upsampling import ChromaUpsampler, guide_sizes, reduce_by_area

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Upsample: TypeAlias = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]

SHORT_SIDES = (256, 128)
SPEED_SIZE = (1000, 1500)
STRIP_ROWS = 174
METHODS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
REFERENCE = "bicubic"
OURS = "upsample_chroma"


def main() -> None:
    """Measure all methods and write the table."""
    options = parse_options(__doc__.splitlines()[0])

    labs = [srgb_to_lab(p.astype(np.float32) / 255) for p in read_pictures(options.pictures)]
    upsamplers: dict[str, Upsample] = {
        name: partial(without_guide, method) for name, method in METHODS.items()
    }
    upsamplers[OURS] = upsample_chroma
    speeds = {
        name: speed(name, labs[0], threads=options.threads, repeats=options.repeats)
        for name in upsamplers
    }
    rows = []
    for name, upsample in upsamplers.items():
        errors = [f"{mean_error(upsample, labs, side):.4f}" for side in SHORT_SIDES]
        wall, per_thread = speeds[name]
        ratio = wall / speeds[REFERENCE][0]
        rows.append((name, *errors, f"{wall:.1f}", f"{per_thread:.1f}", f"{ratio:.2f}"))
    columns = (
        "method",
        *(f"ab_rmse_from_{side}" for side in SHORT_SIDES),
        f"mp_per_s_{options.threads}_threads",
        "mp_per_s_per_thread",
        f"speed_over_{REFERENCE}",
    )
    write_table(options.out, columns, rows)


def without_guide(
    method: Image.Resampling, ab_low: NDArray[np.float32], l: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Enlarge chroma by one of Pillow's filters."""
    height, width = l.shape
    return resize(ab_low, height, width, method)


def mean_error(upsample: Upsample, labs: list[NDArray[np.float32]], short_side: int) -> float:
    """Mean over pictures of the ab-RMSE after the way down and up again."""
    errors = []
    for lab in labs:
        ab_low = at_working_size(lab[..., 1:], short_side)
        ab = upsample(ab_low, np.ascontiguousarray(lab[..., 0]))
        errors.append(np.sqrt(np.mean((ab - lab[..., 1:]) ** 2)))
    return float(np.mean(errors))


def speed(
    name: str, lab: NDArray[np.float32], *, threads: int, repeats: int
) -> tuple[float, float]:
    """Megapixels per second by the clock and per thread, work spread over ``threads``."""
    height, width = SPEED_SIZE
    l = np.ascontiguousarray(resize(lab[..., :1], height, width, METHODS[REFERENCE])[..., 0])
    ab_low = at_working_size(resize(lab[..., 1:], height, width, METHODS[REFERENCE]), 256)
    planes = [np.ascontiguousarray(ab_low[..., i]) for i in (0, 1)]
    strips = [slice(top, top + STRIP_ROWS) for top in range(0, height, STRIP_ROWS)]
    with ThreadPoolExecutor(threads) as pool:

        def ours() -> None:
            # As rendering does it; the strips are used up while they are in the cache.
            size = guide_sizes(ab_low.shape[:2], l.shape)[-1]
            guide = reduce_by_area(l.__getitem__, l.shape, size, pool.map)
            upsampler = ChromaUpsampler(ab_low, guide, l.shape, pool.map)
            for _ in pool.map(lambda rows: upsampler.rows(l[rows], rows), strips):
                pass

        def pillows() -> None:
            def enlarge(plane: NDArray[np.float32]) -> None:
                Image.fromarray(plane).resize((width, height), METHODS[name])

            for _ in pool.map(enlarge, planes):
                pass

        work = ours if name == OURS else pillows
        return megapixels_per_second(work, height * width, repeats=repeats)


if __name__ == "__main__":
    main()
