"""Ways to finish 8-bit gray photographs: L*, a*, b* at full size to 8-bit sRGB, luminance kept.

The last step of the full-resolution stage (composition, gamut mapping, rounding that carries
luminance), on the same planes of 1500 x 1000 with film grain, interleaved in one run: colour by
colour in blocks of numpy (tomau's way for any L*); a table of all colours that the picture could
need, made beforehand; a table that fills as it is asked (tomau's way for 8-bit gray), from empty
and filled by the same picture; one compiled loop. "start" is what importing, compiling or making
a table costs once, "dl_mean" the mean |dL*| by scikit-image, "memory_mb" what a table takes.

    pip install numba
    python benchmarks/finishing_contenders.py --pictures KODAK \
        --out results/finishing_contenders.csv
"""

from __future__ import annotations

import importlib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from PIL import Image
from skimage.color import rgb2lab

from oracle import at_working_size, parse_options, read_pictures, write_table
from tomau.color import compose_u8, luminance, srgb_to_lab, strips, upsample_chroma
from tomau.color.colour_table import ColourTable, as_gray, locate
from tomau.color.luminance import linear_table
from tomau.color.spaces import FROM_XYZ, LUMINANCE_WEIGHTS, linear_to_srgb

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Plane = NDArray[np.float32]

HEIGHT, WIDTH, GRAIN, PER_UNIT = 1000, 1500, 2.5, 2


class Way(Protocol):
    """Finishes rows: L* (rows, W) and ab (2, rows, W) to sRGB (rows, W, 3)."""

    def __call__(self, l: Plane, ab: Plane, out: NDArray[np.uint8]) -> None: ...


def main() -> None:
    """Measure and write the table."""
    options = parse_options(__doc__.splitlines()[0])
    l, ab = planes(read_pictures(options.pictures)[0])
    out = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    makers: dict[str, Callable[[], tuple[Way, float]]] = {
        "colour by colour": lambda: (by_colours, 0.0),
        "table made beforehand": partial(whole_table, ab),
        "table that fills, from empty": lambda: (from_empty(), 0.0),
        "table that fills, filled": partial(filled_table, l, ab),
        "one compiled loop (numba)": compiled,
    }
    ways, starts, memories, errors = {}, {}, {}, {}
    for name, make in makers.items():
        start = time.perf_counter()
        try:
            way, memories[name] = make()
        except ImportError as error:
            print(f"{name} left out: {error}")
            continue
        way(l[:8], ab[:, :8].copy(), out[:8])
        starts[name], ways[name] = time.perf_counter() - start, way
        way(l, ab.copy(), out)
        errors[name] = float(np.abs(rgb2lab(out)[..., 0] - l).mean())
    rates = interleaved(ways, (l, ab, out), threads=options.threads, repeats=options.repeats)
    rows = [
        (
            name,
            f"{wall:.1f}",
            f"{per_thread:.1f}",
            f"{per_thread / rates['colour by colour'][1]:.2f}",
            f"{starts[name]:.2f}",
            f"{memories[name]:.0f}",
            f"{errors[name]:.5f}",
        )
        for name, (wall, per_thread) in rates.items()
    ]
    measured = (f"mp_per_s_{options.threads}_threads", "mp_per_s_per_thread")
    columns = ("way", *measured, "speed_over_colours", "start_s", "memory_mb", "dl_mean")
    write_table(options.out, columns, rows)


def planes(rgb_u8: NDArray[np.uint8]) -> tuple[Plane, Plane]:
    """L* of an enlarged gray picture with grain, and its chroma as the upsampler makes it."""
    image = Image.fromarray(rgb_u8).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(0).normal(0, GRAIN, (HEIGHT, WIDTH))
    gray = np.clip(np.asarray(image.convert("L")) + grain, 0, 255).astype(np.uint8)
    l = luminance(gray)
    lab = srgb_to_lab(np.asarray(image, np.float32) / 255)
    ab = upsample_chroma(at_working_size(lab[..., 1:], 256), l)
    return l, np.ascontiguousarray(np.moveaxis(ab, -1, 0))


def interleaved(
    ways: dict[str, Way],
    picture: tuple[Plane, Plane, NDArray[np.uint8]],
    *,
    threads: int,
    repeats: int,
) -> dict[str, tuple[float, float]]:
    """Median megapixels per second by the clock and of processor time, all run in turn."""
    l, ab, out = picture
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(repeats + 1):
            for name, way in ways.items():
                given = ab.copy()  # ways may overwrite it
                work = [(l[rows], given[:, rows], out[rows]) for rows in strips(HEIGHT, WIDTH)]
                start = time.perf_counter(), time.process_time()
                list(pool.map(way, *zip(*work, strict=True)))
                seconds[name].append(
                    (time.perf_counter() - start[0], time.process_time() - start[1])
                )
    pixels = HEIGHT * WIDTH / 1e6
    medians = {
        name: [statistics.median(column) for column in zip(*took[1:], strict=True)]
        for name, took in seconds.items()
    }
    return {name: (pixels / wall, pixels / cpu) for name, (wall, cpu) in medians.items()}


def by_colours(l: Plane, ab: Plane, out: NDArray[np.uint8]) -> None:
    """Composition, gamut mapping and rounding of every pixel."""
    out[:] = compose_u8(l, np.moveaxis(ab, 0, -1))


def look_up(table: ColourTable, l: Plane, ab: Plane, out: NDArray[np.uint8]) -> None:
    """As `StripRenderer` does, the recognition of gray included."""
    gray = as_gray(l)
    if gray is not None:
        places = np.empty(l.shape, np.int32)
        locate(gray, ab, places)
        table.write(places, out)


def from_empty() -> Way:
    """A new table for every strip: what the first strip of a process pays."""

    def way(l: Plane, ab: Plane, out: NDArray[np.uint8]) -> None:
        look_up(ColourTable(), l, ab, out)

    return way


def filled_table(l: Plane, ab: Plane) -> tuple[Way, float]:
    """One table that has seen the picture."""
    table = ColourTable()
    look_up(table, l, ab.copy(), np.empty((HEIGHT, WIDTH, 3), np.uint8))
    return partial(look_up, table), table.known * 4 / 1e6


def whole_table(ab: Plane) -> tuple[Way, float]:
    """All grays with all chroma between the least and the greatest of the picture."""
    low, high = ((np.rint(end((1, 2)) * PER_UNIT)).astype(int) for end in (ab.min, ab.max))
    counts = high - low + 1
    a, b = (np.arange(first, last + 1) / PER_UNIT for first, last in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(a, b, indexing="ij"), -1).astype(np.float32).reshape(-1, 1, 2)
    l = luminance(np.arange(256, dtype=np.uint8)[np.newaxis])
    colours = np.full((len(grid), 256, 4), 255, np.uint8)
    for part in range(0, len(grid), 256):
        chroma = np.broadcast_to(grid[part : part + 256], (len(grid[part : part + 256]), 256, 2))
        light = np.broadcast_to(l, chroma.shape[:2])
        colours[part : part + 256, :, :3] = compose_u8(light, chroma)
    entries = colours.view(np.uint32).reshape(-1)

    def way(l: Plane, ab: Plane, out: NDArray[np.uint8]) -> None:
        gray = as_gray(l)
        place_a, place_b = (np.rint(ab * np.float32(PER_UNIT)).astype(np.int32)) - low.astype(
            np.int32
        )[:, np.newaxis, np.newaxis]
        found = np.take(entries, ((place_a * np.int32(counts[1]) + place_b) << 8) + gray)
        codes = found.view(np.uint8).reshape(*found.shape, 4)
        for channel in range(3):
            out[..., channel] = codes[..., channel]

    return way, colours.nbytes / 1e6


def compiled() -> tuple[Way, float]:
    """One loop over pixels by numba; what is outside the gamut goes to tomau's mapping."""
    numba = importlib.import_module("numba")
    matrix = tuple(float(value) for value in FROM_XYZ.ravel())
    weights, light = tuple(LUMINANCE_WEIGHTS), linear_table(256)
    steps = np.arange(65536, dtype=np.float32) / np.float32(65535)
    codes = np.rint(linear_to_srgb(steps) * 255).astype(np.uint8)

    @numba.njit(inline="always")
    def cube(f: float) -> float:
        bent = max(f, 0.2068966)
        return (f - bent) / 7.787 + bent * bent * bent

    @numba.njit(inline="always")
    def nearest(value: float) -> int:
        return codes[int(min(max(value, 0.0), 1.0) * 65535 + 0.5)]

    @numba.njit(inline="always")
    def carried(value: float, missing: float) -> int:
        plain = int(nearest(value))
        return min(max(int(nearest(value + missing)), plain - 2), plain + 2)

    @numba.njit(nogil=True, fastmath=True)
    def loop(l: Any, a: Any, b: Any, out: Any, outside: Any) -> None:
        for n in range(l.size):
            fy = (l[n] + 16) / 116
            x, y, z = cube(fy + a[n] / 500), cube(fy), cube(fy - b[n] / 200)
            red = matrix[0] * x + matrix[1] * y + matrix[2] * z
            green = matrix[3] * x + matrix[4] * y + matrix[5] * z
            blue = matrix[6] * x + matrix[7] * y + matrix[8] * z
            outside[n] = min(red, green, blue) < -1e-6 or max(red, green, blue) > 1.0002
            code = nearest(green)
            missing = (green - light[code]) * weights[1]
            out[n, 1] = code
            code = carried(red, missing / weights[0])
            missing += (red - light[code]) * weights[0]
            out[n, 0] = code
            out[n, 2] = carried(blue, missing / weights[2])

    def way(l: Plane, ab: Plane, out: NDArray[np.uint8]) -> None:
        flat, outside = out.reshape(-1, 3), np.empty(l.size, np.bool_)
        lab = l.ravel(), ab[0].ravel(), ab[1].ravel()
        loop(*lab, flat, outside)
        few = np.flatnonzero(outside)
        if len(few):
            given = [plane[few][np.newaxis] for plane in lab]
            flat[few] = compose_u8(given[0], np.stack(given[1:], axis=-1))[0]

    return way, 0.0


if __name__ == "__main__":
    main()
