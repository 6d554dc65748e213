"""The network alone: how long models take on the backends, one picture at a time.

One run is a picture of 256 x 256 on two threads. In each round every contestant runs once, so that
a machine's drift falls on all; the order turns from round to round. Times are medians over the
rounds, ratios are to the first contestant. Beside them stands how far the answer lies from ONNX
Runtime's for the same model: the price of bf16.

    python benchmarks/network_latency.py default models/mine models/mine-int8 \
        --out results/network_latency.csv
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import statistics
import sys
import time
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tomau.color import luminance, normalize_l
from tomau.runtime import Model, OnnxSession, load_model
from tomau.runtime.allocator import keep_freed_memory
from tomau.runtime.openvino_session import OpenVinoSession, import_openvino

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tomau.runtime import Session

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "photos"
WARM_UP = 3
COLUMNS = ("model", "filters", "megabytes", "backend", "median_ms", "least_ms", "ratio", "ab_off")


@dataclass
class Contestant:
    """A model on a backend, and the seconds that its runs took."""

    name: str
    model: Model
    backend: str
    session: Session
    seconds: list[float] = field(default_factory=list)


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", help="names or folders; the first is ratio 1")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--out", type=Path, help="CSV to write; stdout without")
    options = parser.parse_args()
    keep_freed_memory()  # as tomau colorize does
    header = describe(options.size, options.threads, options.rounds)
    contestants = [
        contestant for name in options.models for contestant in enter(name, options.threads)
    ]
    l = example_luminance(options.size)
    for number in range(WARM_UP + options.rounds):
        turn = number % len(contestants)
        for contestant in contestants[turn:] + contestants[:turn]:
            start = time.perf_counter()
            contestant.session.run(l)
            contestant.seconds.append(time.perf_counter() - start)
    write_table(list(rows(contestants, l)), header, options.out)


def enter(name: str, threads: int) -> Iterator[Contestant]:
    """The model on every backend that is installed here."""
    model = load_model(name)
    shown = Path(name).name
    yield Contestant(shown, model, "onnxruntime", OnnxSession(model.file, threads=threads))
    if find_spec("openvino") is None:
        return
    abilities = import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    for precision in ("f32", "bf16"):
        if precision == "f32" or "BF16" in abilities:
            session = OpenVinoSession(model.file, threads=threads, precision=precision)
            yield Contestant(shown, model, f"openvino {precision}", session)


def example_luminance(size: int) -> NDArray[np.float32]:
    """The middle of an example photograph as the network sees it, (1, 1, size, size)."""
    with Image.open(min(EXAMPLES.glob("*.jpg"))) as image:
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        square = image.resize((size, size), box=(left, top, left + side, top + side))
    return normalize_l(luminance(np.asarray(square)))[np.newaxis, np.newaxis]


def rows(contestants: list[Contestant], l: NDArray[np.float32]) -> Iterator[tuple[object, ...]]:
    """One row of the table for each contestant."""
    medians = [statistics.median(contestant.seconds[WARM_UP:]) for contestant in contestants]
    truth: dict[str, NDArray[np.float32]] = {}
    for contestant, median in zip(contestants, medians, strict=True):
        ab = contestant.session.run(l).ab * 110
        off = np.abs(ab - truth.setdefault(contestant.name, ab)).max()
        card = contestant.model.card
        yield (
            contestant.name,
            "int8" if card.quantization else "float",
            f"{card.bytes / 1e6:.1f}",
            contestant.backend,
            f"{median * 1e3:.2f}",
            f"{min(contestant.seconds[WARM_UP:]) * 1e3:.2f}",
            f"{median / medians[0]:.3f}",
            f"{off:.2g}",
        )


def describe(size: int, threads: int, rounds: int) -> list[str]:
    """What was measured, with what; no more of the machine than its kind."""
    words = (Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:])
    packages = [name for name in ("onnxruntime", "openvino") if find_spec(name)]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    what = f"{size}x{size}, batch 1, {threads} threads, median of {rounds} interleaved rounds"
    machine = f"{platform.machine()}, python {platform.python_version()}, {versions}"
    return [
        "command: python benchmarks/network_latency.py " + " ".join(words),
        f"{what}; ab_off: largest |d ab| from onnxruntime on the same model",
        f"{machine}, load average before {os.getloadavg()[0]:.1f}",
    ]


def write_table(table: list[tuple[object, ...]], header: list[str], out: Path | None) -> None:
    """Write the rows as CSV under commented header lines."""
    stream = sys.stdout if out is None else out.open("w", newline="", encoding="utf-8")
    with stream:
        stream.writelines(f"# {line}\n" for line in header)
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(table)


if __name__ == "__main__":
    main()
