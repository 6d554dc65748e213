"""Thousands of damaged files of every kind, each through reading, colouring and writing.

Run by test_fuzz in a process of its own, since a decoder that crashes takes its process along:
``python -m tests.imaging.fuzz FOLDER MUTANTS``. Prints one JSON object, or a traceback.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from tests.imaging import made, matrix
from tomau.imaging import read_picture, silence_decoders
from tomau.runtime.batch import RunOptions, colorize_file
from tomau.runtime.folders import Task

HANG_SECONDS = 10
MEMORY_BYTES = 6 << 30
MAX_PIXELS = 100_000
OUTPUTS = ("TIFF", "JPEG", "PNG", "AVIF", "WEBP", "HEIF")
OPTIONS = RunOptions(existing="overwrite", jobs=1, max_pixels=MAX_PIXELS)
_EXTREMES = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1")


def mutant(sound: bytes, other: bytes, random: np.random.Generator) -> bytes:
    """Damage a file in one of seven ways, from a cut to another file's bytes in its middle."""
    data = bytearray(sound)
    way = random.integers(7)
    start, end = sorted(int(place) for place in random.integers(0, len(data), 2))
    if way == 0:
        return bytes(data[: max(1, end)])
    if way == 1:
        return bytes(data[:start] + data[end:])
    if way == 2:
        return bytes(data[:end] + data[start:])
    if way == 3:
        return bytes(data[:start]) + other[start:end] + bytes(data[end:])
    if way == 4:
        place = int(random.integers(0, max(1, min(len(data), 400) - 4)))
        data[place : place + 4] = _EXTREMES[int(random.integers(len(_EXTREMES)))]
        return bytes(data)
    reach = len(data) if way == 5 else min(len(data), 200)
    for place in random.integers(0, reach, 6 if way == 5 else 2):
        data[place] = random.integers(256)
    return bytes(data)


def complaint(folder: Path, data: bytes, output: str) -> tuple[str, str]:
    """What became of one file, ``done`` or ``failed``, and what is wrong with how it did."""
    source, target = folder / "in" / "damaged.pic", folder / "out" / "result.pic"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    outcome = colorize_file(Task(source, target, output), matrix.colorizer(), OPTIONS)
    left = [path.name for path in target.parent.iterdir() if path != target]
    if left:
        return outcome.status, f"left {left}"
    if outcome.status == "done":
        read_picture(target)
        return "done", "" if all(_is_line(note) for note in outcome.notes) else str(outcome.notes)
    if target.exists():
        return "failed", "a partial output"
    told = _is_line(outcome.reason) and str(source) in outcome.reason  # not of its writing
    return "failed", "" if told else outcome.reason or "nothing told"


def _is_line(text: str) -> bool:
    return bool(text) and "\n" not in text and text.isprintable()


def main(folder: Path, count: int) -> None:
    """Damage each kind of file, ``count`` mutants in all, and print what became of them."""
    silence_decoders()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for name in ("in", "out"):
        (folder / name).mkdir(parents=True)
    kinds = list(made.FILES)
    states: Counter[str] = Counter()
    complaints = []
    for number in range(count):
        kind, other = kinds[number % len(kinds)], kinds[(number // 7) % len(kinds)]
        random = np.random.default_rng(number)
        data = mutant(made.file(kind), made.file(other), random)
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        state, wrong = complaint(folder, data, OUTPUTS[number // len(kinds) % len(OUTPUTS)])
        faulthandler.cancel_dump_traceback_later()
        states[state] += 1
        if wrong:
            complaints.append(f"mutant {number} of {kind}: {wrong}")
    print(json.dumps({"states": states, "complaints": complaints}))  # noqa: T201


if __name__ == "__main__":
    faulthandler.enable()
    main(Path(sys.argv[1]), int(sys.argv[2]))
