"""What a folder needs beside time: memory, bytes read and written, the manifest, planning.

Memory is the peak of a process over 32 photographs of 1.5 megapixels as `tomau colorize` runs them,
and what the same process holds along 2,000 small ones of many sizes. Planning is the processor time
and memory of `plan_run` on empty files. None of it minds what else the machine does.

    python benchmarks/folder_needs.py --out results/folder_needs.csv
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
from PIL import Image

from file_to_file import Row, describe, write_table
from folder_throughput import DEFAULT, make_photos
from tomau.runtime import (
    Colorizer,
    Manifest,
    Naming,
    Outcome,
    RunOptions,
    plan_run,
    run_tasks,
)
from tomau.runtime.allocator import keep_freed_memory

SMALL = 2000
PLANNED_FOLDERS, PLANNED_FILES = 20, 1000


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default", help="name or path")
    parser.add_argument("--out", type=Path, help="CSV to write; stdout without")
    options = parser.parse_args()
    keep_freed_memory()  # as tomau colorize does
    colorizer = Colorizer.load(options.model, threads=DEFAULT[1])
    header = describe(colorizer)
    header[0] = header[0].replace("file_to_file", Path(__file__).stem)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            *photographs(make_photos(folder / "in"), colorizer),
            *many(folder / "small", colorizer),
            *planning(folder / "planned"),
        ]
    write_table(rows, header, options.out)


def photographs(folder: Path, colorizer: Colorizer) -> list[Row]:
    """Bytes that photographs of 1.5 megapixels are read and written in, and peak memory."""
    run = run_recorded(folder, colorizer, RunOptions(digests=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    read = statistics.mean(outcome.source_bytes or 0 for outcome, _ in run)
    written = statistics.mean(outcome.target_bytes or 0 for outcome, _ in run)
    return [
        (f"peak memory, {DEFAULT[0]} photographs of 1.5 MP in work", peak, "MB"),
        ("read, of 1.5 MP", read / 1e6, "MB a photograph"),
        ("written, of 1.5 MP", written / 1e6, "MB a photograph"),
    ]


def many(folder: Path, colorizer: Colorizer) -> list[Row]:
    """Resident memory of this process along a folder of small photographs of many sizes."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(SMALL):
        height, width = random.integers(120, 360, 2)
        pixels = random.integers(0, 255, (height, width), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.jpg")
    run = run_recorded(folder, colorizer, RunOptions(size=64, digests=True))
    manifest = folder.with_name("small.jsonl").stat().st_size
    return [
        *(
            (f"memory after {count} of {SMALL} small photographs", run[count - 1][1], "MB")
            for count in (SMALL // 10, SMALL // 2, SMALL)
        ),
        ("manifest", manifest / SMALL, "bytes a photograph"),
    ]


def run_recorded(
    folder: Path, colorizer: Colorizer, options: RunOptions
) -> list[tuple[Outcome, float]]:
    """Run a folder with a manifest; each outcome, and the megabytes resident when it came."""
    told: list[tuple[Outcome, float]] = []
    tasks = plan_run([folder], Naming(output=folder.with_name("out"))).tasks
    with Manifest(folder.with_suffix(".jsonl"), colorizer.card) as manifest:

        def note(outcome: Outcome) -> None:
            manifest.add(outcome)
            told.append((outcome, resident_megabytes()))

        summary = run_tasks(tasks, colorizer, options, note)
    if summary.count("done") != len(tasks):
        raise SystemExit("a photograph failed")
    return told


def planning(folder: Path) -> list[Row]:
    """Processor time and memory that a photograph costs before work starts."""
    for number in range(PLANNED_FOLDERS):
        (folder / f"{number:02}").mkdir(parents=True)
        for scan in range(PLANNED_FILES):
            (folder / f"{number:02}" / f"scan-{scan:04}.jpg").touch()
    naming = Naming(output=folder.with_name("out"))
    start = time.process_time()
    count = len(plan_run([folder], naming).tasks)
    seconds = time.process_time() - start
    tracemalloc.start()
    plan = plan_run([folder], naming)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return [
        ("planning", seconds / count * 1e3, "ms a photograph"),
        ("plan", held / len(plan.tasks) / 1e3, "kB a photograph"),
    ]


def resident_megabytes() -> float:
    """Resident memory of this process now, on Linux."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    main()
