"""How long photographs take from file to file, stage by stage, and how much memory they need.

The pictures are JPEG files of 1.5 and 12 megapixels with film grain, made here from an example
photograph. Stages are timed by calling functions one after the other; "file to file" is the whole
as `tomau colorize` runs it on a loaded model; memory and "process start" come from real processes,
as does "import to first picture" (`import tomau; tomau.colorize(path)`).

    python benchmarks/file_to_file.py --out results/file_to_file.csv
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from PIL import Image

from tomau.color import (
    guide_sizes,
    luminance,
    normalize_l,
    reduce_by_area,
    render_u8,
    strips,
)
from tomau.color.colour_table import as_gray, colour_table, locate
from tomau.color.upsampling import ChromaUpsampler
from tomau.imaging import read_picture, write_picture
from tomau.runtime import Colorizer, RunOptions, Task
from tomau.runtime.allocator import keep_freed_memory
from tomau.runtime.batch import colorize_file
from tomau.runtime.session import available_cpus
from tomau.runtime.working_size import pad_to_stride, resize_luminance, working_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "photos"
MEGAPIXELS = (1.5, 12.0)
GRAIN = 4.0
STARTS = 5

Row = tuple[str, float, str]
FIRST_PICTURE = """
import sys, time
start = time.perf_counter()
import tomau
tomau.colorize(sys.argv[1], model=sys.argv[2])
print(time.perf_counter() - start)
"""


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default", help="name or path")
    parser.add_argument("--photo", type=Path, help="photograph to start from")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--out", type=Path, help="CSV to write; stdout without")
    options = parser.parse_args()
    keep_freed_memory()  # as tomau colorize does
    colorizer = Colorizer.load(options.model)
    rows: list[Row] = []
    header = describe(colorizer)
    for megapixels in MEGAPIXELS:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "photo.jpg"
            make_photo(options.photo or default_photo(), source, megapixels)
            measured = [
                *time_stages(source, colorizer, options.repeats),
                *time_file_to_file(source, colorizer, options.repeats),
                *measure_processes(source, options.model),
            ]
        rows += [(f"{megapixels:g} MP: {name}", value, unit) for name, value, unit in measured]
    write_table(rows, header, options.out)


def default_photo() -> Path:
    """The first of the example photographs."""
    return min(path for path in EXAMPLES.iterdir() if path.suffix in {".jpg", ".webp", ".png"})


def make_photo(original: Path, target: Path, megapixels: float) -> None:
    """Enlarge a photograph and put grain on it, as a scan would have."""
    with Image.open(original) as image:
        gray = image.convert("L")
    scale = (megapixels * 1e6 / (gray.width * gray.height)) ** 0.5
    large = gray.resize((round(gray.width * scale), round(gray.height * scale)), Image.LANCZOS)
    pixels = np.asarray(large, np.float32)
    grain = np.random.default_rng(0).normal(0.0, GRAIN, pixels.shape)
    Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(target, quality=92)


def time_stages(source: Path, colorizer: Colorizer, repeats: int) -> list[Row]:
    """Median seconds of the stages that reading, colourizing and writing a picture consist of."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        seconds[name].append(time.perf_counter() - start)

    card = colorizer.card
    for _ in range(repeats + 1):
        with stage("decode"):
            picture = read_picture(source)
        with stage("luminance"):
            l = luminance(picture.pixels)
        with stage("resize"):
            size = working_size(*l.shape, size=card.size, stride=card.stride)
            small = normalize_l(pad_to_stride(resize_luminance(l, size), size))
        with stage("network"):
            colorizer.session.run(small[np.newaxis, np.newaxis])
        ab_low = colorizer.predict_ab(l)
        with ThreadPoolExecutor(colorizer.threads) as pool:
            with stage("upsample"):
                planes = upsample(l, ab_low, pool)
            with stage("gamut, round"):
                rgb_u8 = compose(l, planes, pool)
        del planes
        with stage("upsample, gamut, round as one"):
            render_u8(l, ab_low, threads=colorizer.threads)
        with stage("encode"):
            result = picture.with_pixels(rgb_u8)
            write_picture(result, source.with_name("stages.jpg"), format="JPEG", overwrite=True)
    # The first round warms caches and is left out.
    return [(name, statistics.median(took[1:]), "s") for name, took in seconds.items()]


def upsample(
    l: NDArray[np.float32], ab_low: NDArray[np.float32], pool: ThreadPoolExecutor
) -> list[tuple[slice, NDArray[np.float32]]]:
    """Chroma at full size, strip by strip, as `render_u8` makes it."""
    size = guide_sizes(ab_low.shape[:2], l.shape)[-1]
    guide = reduce_by_area(l.__getitem__, l.shape, size, pool.map)
    upsampler = ChromaUpsampler(ab_low, guide, l.shape, pool.map)
    return list(pool.map(lambda rows: (rows, upsampler.rows(l[rows], rows)), strips(*l.shape)))


def compose(
    l: NDArray[np.float32],
    planes: list[tuple[slice, NDArray[np.float32]]],
    pool: ThreadPoolExecutor,
) -> NDArray[np.uint8]:
    """Gamut mapping and rounding of the strips, by the table of 8-bit gray as `render_u8` does."""
    out = np.empty((*l.shape, 3), np.uint8)

    def finish(strip: tuple[slice, NDArray[np.float32]]) -> None:
        rows, ab = strip
        gray = as_gray(l[rows])
        if gray is None:
            raise SystemExit("the photograph is not gray; expected one of 8-bit gray")
        places = np.empty(gray.shape, np.int32)
        locate(gray, ab, places)
        colour_table().write(places, out[rows])

    list(pool.map(finish, planes))
    return out


def time_file_to_file(source: Path, colorizer: Colorizer, repeats: int) -> list[Row]:
    """Median seconds from file to file on a loaded model, as a folder run spends them.

    Processor time, of all threads together, means something on a busy machine too.
    """
    task = Task(source, source.with_name("whole.jpg"), "JPEG")
    options = RunOptions(existing="overwrite")
    seconds, processor = [], []
    for _ in range(repeats + 1):
        start = time.process_time()
        outcome = colorize_file(task, colorizer, options)
        if outcome.status != "done":
            raise SystemExit(outcome.reason)
        seconds.append(outcome.seconds)
        processor.append(time.process_time() - start)
    name = "file to file after load"
    return [
        (name, statistics.median(seconds[1:]), "s"),
        (f"{name}, fastest", min(seconds), "s"),
        (f"{name}, processor time", statistics.median(processor[1:]), "s"),
    ]


def measure_processes(source: Path, model: str) -> list[Row]:
    """Median seconds of whole `tomau colorize` processes, and their peak memory."""
    command = [sys.executable, "-c", "from tomau.cli.app import main; main()"]
    command += ["colorize", "-q", "--overwrite", "-m", model, str(source)]
    seconds = []
    for _ in range(STARTS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    kibibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    first = [sys.executable, "-c", FIRST_PICTURE, str(source), model]
    told = [subprocess.run(first, check=True, capture_output=True).stdout for _ in range(STARTS)]
    return [
        ("import to first picture", statistics.median(map(float, told)), "s"),
        ("process start to first result", statistics.median(seconds[1:]), "s"),
        ("peak memory of processes so far", kibibytes * 1024 / 1e6, "MB"),
    ]


def describe(colorizer: Colorizer) -> list[str]:
    """What was measured, with what; no more of the machine than its kind."""
    card = colorizer.card
    versions = f"python {platform.python_version()}, onnxruntime {onnxruntime.__version__}"
    machine = f"{available_cpus()} processors ({platform.machine()}, {vectors()})"
    return [
        "command: python benchmarks/file_to_file.py " + " ".join(_shown_arguments()),
        f"gray JPEG pictures; model: {card.name} {card.version}, {card.bytes / 1e6:.1f} MB",
        f"on {machine}, {versions}, load average before {os.getloadavg()[0]:.1f}",
    ]


def vectors() -> str:
    """The widest vectors that the processor reckons with: half of a network's speed."""
    facts = Path("/proc/cpuinfo")
    known = facts.read_text(encoding="utf-8").split() if facts.is_file() else []
    widest = (name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in known)
    return next(widest, "vectors unknown")


def _shown_arguments() -> Iterable[str]:
    return (Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:])


def write_table(rows: list[Row], header: list[str], out: Path | None) -> None:
    """Write the rows as CSV under commented header lines."""
    stream = sys.stdout if out is None else out.open("w", newline="", encoding="utf-8")
    with stream:
        stream.writelines(f"# {line}\n" for line in header)
        table = csv.writer(stream)
        table.writerow(["what", "value", "unit"])
        table.writerows([name, f"{value:.4g}", unit] for name, value, unit in rows)


if __name__ == "__main__":
    main()
