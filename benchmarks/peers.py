"""Finishing photographs as other colourizers do, and as tomau does, in one run, file to file.

Every way decodes the same gray JPEG and gives it to the same network (tomau's). The networks of the
others are not in it, because their weights are not passed on with this project: what is compared is
what they do at full size, which is where their time and their losses are beside the network. The
steps are those of their published programs, written anew here with the libraries that they use:

- as DDColor: OpenCV to Lab in float32, a* and b* enlarged bilinearly, OpenCV back, cut to 8 bits;
- as DeOldify: the small coloured picture enlarged in 8 bits (Pillow, bilinear), its U and V joined
  with the Y of the photograph by OpenCV, in 8 bits;
- as CIC and its demonstrations: scikit-image to Lab and back in float64, a* and b* bilinearly.

Ways take turns, and the median is told with its share of tomau's; all may use all processors.
Processor time, of all threads together, means something on a busy machine too.
"mean |dL*|" is what becomes of the photograph's own luminance, before the JPEG is written.

    pip install opencv-python-headless
    python benchmarks/peers.py --out results/peers.csv
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image
from skimage.color import lab2rgb, rgb2lab

from file_to_file import MEGAPIXELS, Row, default_photo, describe, make_photo, write_table
from tomau.color import compose_u8, luminance, reduce_by_area, render_u8
from tomau.imaging import read_picture, write_picture
from tomau.runtime import Colorizer
from tomau.runtime.allocator import keep_freed_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Finishing = Callable[[NDArray[np.uint8], NDArray[np.float32]], NDArray[np.uint8]]


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default", help="name or path")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--out", type=Path, help="CSV to write; stdout without")
    options = parser.parse_args()
    keep_freed_memory()  # as tomau colorize does
    colorizer = Colorizer.load(options.model)
    header = describe(colorizer)
    header[0] = header[0].replace("file_to_file", Path(__file__).stem)
    ways: dict[str, Finishing] = {
        "tomau": lambda gray, ab: render_u8(luminance(gray), ab, threads=colorizer.threads),
        "as DDColor": as_ddcolor,
        "as DeOldify": as_deoldify,
        "as CIC": as_cic,
    }
    rows: list[Row] = []
    for megapixels in MEGAPIXELS:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "photo.jpg"
            make_photo(default_photo(), source, megapixels)
            measured = compare(source, colorizer, ways, options.repeats)
        rows += [(f"{megapixels:g} MP: {name}", value, unit) for name, value, unit in measured]
    write_table(rows, header, options.out)


def compare(
    source: Path, colorizer: Colorizer, ways: dict[str, Finishing], repeats: int
) -> list[Row]:
    """Seconds of every way from file to file and of its finishing alone, and its luminance."""
    whole: dict[str, list[float]] = {name: [] for name in ways}
    alone: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    error: dict[str, float] = {}
    for _ in range(repeats + 1):
        for name, finish in ways.items():
            start, processor_start = time.perf_counter(), time.process_time()
            picture = read_picture(source)
            gray = picture.pixels_u8
            ab = colorizer.predict_ab(luminance(gray))
            before = time.perf_counter()
            rgb = finish(gray, ab)
            alone[name].append(time.perf_counter() - before)
            target = source.with_name("result.jpg")
            write_picture(picture.with_pixels(rgb), target, format="JPEG", overwrite=True)
            whole[name].append(time.perf_counter() - start)
            processor[name].append(time.process_time() - processor_start)
            if name not in error:
                error[name] = luminance_error(rgb, gray)
    rows: list[Row] = []
    kinds = {
        "file to file": whole,
        "file to file, processor time": processor,
        "finishing": alone,
    }
    for name in ways:
        for kind, took in kinds.items():
            # The first round warms caches and is left out.
            seconds, of_tomau = (statistics.median(took[key][1:]) for key in (name, "tomau"))
            rows.append((f"{name}: {kind}", seconds, "s"))
            rows.append((f"{name}: {kind}, of tomau's", seconds / of_tomau, "times"))
        rows.append((f"{name}: mean |dL*|", error[name], "L*"))
    return rows


def luminance_error(rgb: NDArray[np.uint8], gray: NDArray[np.uint8]) -> float:
    """Mean difference in L* by scikit-image, over every seventh row."""
    l = rgb2lab(np.repeat(gray[::7, :, np.newaxis], 3, axis=2))[..., 0]
    return float(np.abs(rgb2lab(rgb[::7])[..., 0] - l).mean())


def as_ddcolor(gray: NDArray[np.uint8], ab: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lab of OpenCV in float32, a* and b* enlarged bilinearly, back, and rounded."""
    rgb = np.repeat(gray[..., np.newaxis], 3, axis=2).astype(np.float32) / np.float32(255)
    l = cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab)[..., :1]
    wide = cv2.resize(ab, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    coloured = cv2.cvtColor(np.concatenate([l, wide], axis=-1), cv2.COLOR_Lab2RGB)
    return (np.clip(coloured, 0, 1) * 255).round().astype(np.uint8)


def as_deoldify(gray: NDArray[np.uint8], ab: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The network's picture enlarged in 8 bits; its U and V joined with the photograph's Y."""
    l = luminance(gray)
    small = compose_u8(reduce_by_area(l.__getitem__, l.shape, ab.shape[:2]), ab)
    enlarged = Image.fromarray(small).resize(gray.shape[::-1], Image.Resampling.BILINEAR)
    coloured = cv2.cvtColor(np.asarray(enlarged), cv2.COLOR_RGB2YUV)
    own = cv2.cvtColor(np.repeat(gray[..., np.newaxis], 3, axis=2), cv2.COLOR_RGB2YUV)
    coloured[..., 0] = own[..., 0]
    return np.asarray(cv2.cvtColor(coloured, cv2.COLOR_YUV2RGB), np.uint8)


def as_cic(gray: NDArray[np.uint8], ab: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lab of scikit-image in float64, a* and b* enlarged bilinearly, back, and cut to 8 bits."""
    l = rgb2lab(np.repeat(gray[..., np.newaxis], 3, axis=2))[..., :1]
    wide = cv2.resize(ab, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    coloured = lab2rgb(np.concatenate([l, wide], axis=-1))
    return (np.clip(coloured, 0, 1) * 255).astype(np.uint8)


if __name__ == "__main__":
    main()
