"""How quickly a folder of 1.5-megapixel JPEGs is colourized, against its stages one by one.

Every stage is timed alone on one thread. Two bounds follow: the rate of the slowest stage, and the
rate at which the work of all stages fits on the processors. Two processors are rarely two where
other programs run, so the second counts what two threads really do at once (hashing, which waits
for nobody): 2 times the work of one on an idle machine. Against the bounds stand whole runs of
`run_tasks`, photographs side by side, by jobs and threads of each (what `tomau colorize` does with
a folder is marked), and of a chain of one thread for each stage with bounded queues between them.
Rounds are interleaved and the median is taken. They take about a minute, in which nothing else
should run.

    python benchmarks/folder_throughput.py --out results/folder_throughput.csv

What a folder needs beside time is measured by `folder_needs.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from file_to_file import EXAMPLES, Row, describe, make_photo, write_table
from tomau.color import luminance, render_u8
from tomau.imaging import read_picture, write_picture
from tomau.runtime import (
    Colorizer,
    Naming,
    RunOptions,
    Task,
    file_sha256,
    plan_run,
    run_tasks,
    threads_of_each,
)
from tomau.runtime.allocator import keep_freed_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Stage = tuple[str, Callable[[Any], Any]]

DEFAULT = (RunOptions().jobs, threads_of_each(RunOptions().jobs))
SIDE_BY_SIDE = ((1, 2), (2, 1), (2, 2), (3, 1))
COPIES = 4
QUEUE = 2
MEGAPIXELS = 1.5
HASHED = 200_000_000


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default", help="name or path")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="CSV to write; stdout without")
    options = parser.parse_args()
    keep_freed_memory()  # as tomau colorize does
    runs = dict.fromkeys((*SIDE_BY_SIDE, DEFAULT))
    colorizers = {
        threads: Colorizer.load(options.model, threads=threads)
        for threads in {1, *(threads for _, threads in runs)}
    }
    header = describe(colorizers[1])
    header[0] = header[0].replace("file_to_file", Path(__file__).stem)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tasks = plan_run([make_photos(folder / "in")], Naming(output=folder / "out")).tasks
        rows = measure(tasks, colorizers, list(runs), options.rounds)
    write_table(rows, header, options.out)


def make_photos(folder: Path) -> Path:
    """Make a folder of the example photographs, each of them several times."""
    folder.mkdir()
    for number, original in enumerate(sorted(EXAMPLES.glob("*.jpg"))):
        make_photo(original, folder / f"{number}-0.jpg", MEGAPIXELS)
        for copy in range(1, COPIES):
            shutil.copyfile(folder / f"{number}-0.jpg", folder / f"{number}-{copy}.jpg")
    return folder


def measure(
    tasks: Sequence[Task],
    colorizers: dict[int, Colorizer],
    runs: Sequence[tuple[int, int]],
    rounds: int,
) -> list[Row]:
    """Stages alone, then the rates of whole runs and what share of the two bounds they reach."""
    one_round(tasks[::COPIES], colorizers, runs)  # warms caches
    measured = [one_round(tasks, colorizers, runs) for _ in range(rounds)]
    gain, alone, rates = (
        {name: statistics.median(part[name] for part in parts) for name in parts[0]}
        for parts in zip(*measured, strict=True)
    )
    slowest = max(alone, key=lambda name: alone[name])
    (two_threads,) = gain.values()
    all_stages = two_threads / sum(alone.values())
    rows: list[Row] = [
        ("photographs of a run", len(tasks), ""),
        *((name, times, "times") for name, times in gain.items()),
        *((f"{name}, alone on one thread", seconds, "s") for name, seconds in alone.items()),
        (f"slowest stage alone ({slowest})", 1 / alone[slowest], "pictures/s"),
        ("all stages on two threads", all_stages, "pictures/s"),
    ]
    for name, rate in rates.items():
        rows.append((name, rate, "pictures/s"))
        rows.append((f"{name}: share of the slowest stage's", rate * alone[slowest], ""))
        rows.append((f"{name}: share of all stages' on two threads", rate / all_stages, ""))
    return rows


def one_round(
    tasks: Sequence[Task], colorizers: dict[int, Colorizer], runs: Sequence[tuple[int, int]]
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """What two threads do at once, seconds of the stages alone, pictures a second of whole runs."""
    gain = {"two threads at once, work of one": gain_of_two_threads()}
    alone = stages_alone(tasks, colorizers[1])
    rates = {}
    for jobs, threads in runs:
        mark = " (tomau colorize)" if (jobs, threads) == DEFAULT else ""
        start = time.perf_counter()
        options = RunOptions(existing="overwrite", jobs=jobs, digests=True)
        summary = run_tasks(tasks, colorizers[threads], options, lambda _: None)
        seconds = time.perf_counter() - start
        if summary.count("done") != len(tasks):
            raise SystemExit("a photograph failed")
        rates[f"side by side, {jobs} jobs, {threads} threads{mark}"] = len(tasks) / seconds
    start = time.perf_counter()
    chain(tasks, stage_functions(colorizers[1]))
    rates["chain of stages, a thread each"] = len(tasks) / (time.perf_counter() - start)
    return gain, alone, rates


def gain_of_two_threads() -> float:
    """How many times the work of one thread two do in the same time."""
    content = bytes(HASHED)
    seconds = []
    for count in (1, 2):
        threads = [Thread(target=hashlib.sha256, args=(content,)) for _ in range(count)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds.append(time.perf_counter() - start)
    return 2 * seconds[0] / seconds[1]


def stage_functions(colorizer: Colorizer) -> list[Stage]:
    """The four stages of a photograph; each takes what the one before it gave."""

    def decode(task: Task) -> Any:
        file_sha256(task.source)
        picture = read_picture(task.source)
        return task, picture, luminance(picture.pixels)

    def network(work: Any) -> Any:
        return (*work, colorizer.predict_ab(work[2]))

    def upsample(work: Any) -> Any:
        task, picture, l, ab_low = work
        return task, picture.with_pixels(render_u8(l, ab_low, threads=1))

    def encode(work: Any) -> Any:
        task, picture = work
        task.target.parent.mkdir(exist_ok=True)
        write_picture(picture, task.target, format=task.format, overwrite=True)
        file_sha256(task.target)

    return [
        ("decode and hash", decode),
        ("network", network),
        ("upsample, gamut, round", upsample),
        ("encode, write and hash", encode),
    ]


def stages_alone(tasks: Sequence[Task], colorizer: Colorizer) -> dict[str, float]:
    """Mean seconds of every stage over the photographs, nothing beside it."""
    seconds: dict[str, float] = {}
    for task in tasks:
        work: Any = task
        for name, function in stage_functions(colorizer):
            start = time.perf_counter()
            work = function(work)
            seconds[name] = seconds.get(name, 0.0) + (time.perf_counter() - start) / len(tasks)
    return seconds


def chain(tasks: Sequence[Task], stages: Sequence[Stage]) -> None:
    """Run the stages as a chain of threads with bounded queues between them."""
    queues: list[Queue[Any]] = [Queue(QUEUE) for _ in stages]

    def work(number: int) -> None:
        while (item := queues[number].get()) is not None:
            result = stages[number][1](item)
            if number + 1 < len(stages):
                queues[number + 1].put(result)
        if number + 1 < len(stages):
            queues[number + 1].put(None)

    threads = [Thread(target=work, args=(number,)) for number in range(len(stages))]
    for thread in threads:
        thread.start()
    for task in tasks:
        queues[0].put(task)
    queues[0].put(None)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
