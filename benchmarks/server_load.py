"""What a server bears: 50 clients at once, the bare Colorizer beside it, and cached previews.

A real `tomau serve` is started on this machine with an empty data folder. Clients are threads of
this process, so that they share the processors with the server. A client sends a photograph of
1.5 megapixels to /main/, waits for the answer and sends the next; told 503, it waits as long as
Retry-After says. "Bare" is the same work on the same bytes by a Colorizer in this process, half of
it before the server is started and half after it is stopped. Memory is the resident memory of the
server's process that answers.

    python benchmarks/server_load.py --seconds 150 --out results/server_load.csv \
        --memory-out results/server_memory.csv
"""

from __future__ import annotations

import argparse
import csv
import http.client
import io
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tomau.imaging import read_picture, write_picture
from tomau.runtime import Colorizer
from tomau.runtime.allocator import keep_freed_memory
from tomau.runtime.session import available_cpus

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "photos"
MEGAPIXELS = 1.5
GRAIN = 4.0
AT_ONCE = 2  # as the server's pool

Row = tuple[str, float, str]
Moment = tuple[float, float, int]
"""Seconds since the start, megabytes, photographs coloured so far."""


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--bare-seconds", type=float, default=12.0)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--memory-out", type=Path, help="CSV of memory over time to write")
    parser.add_argument("--out", type=Path, help="CSV to write; stdout without")
    options = parser.parse_args()
    photo = made_photo()
    before = measure_bare(photo, options.bare_seconds)
    with tempfile.TemporaryDirectory() as home:
        server = Server(options.port, Path(home))
        try:
            server.wait()
            load, memory = measure_load(server, photo, options.clients, options.seconds)
            if options.memory_out is not None:
                write_memory(memory, options.memory_out)
            previews = measure_previews(server, photo)
        finally:
            server.stop()
    after = measure_bare(photo, options.bare_seconds)
    bare = (before + after) / 2
    rows: list[Row] = [
        ("bare Colorizer, before", before, "photographs/s"),
        ("bare Colorizer, after", after, "photographs/s"),
        load[0],
        ("share of the bare Colorizer", load[0][1] / bare, ""),
        *load[1:],
        *previews,
    ]
    write_rows(rows, options.out)


def made_photo() -> bytes:
    """An example photograph of 1.5 megapixels with film grain, as JPEG."""
    with Image.open(sorted(EXAMPLES.glob("*.jpg"))[0]) as image:
        gray = image.convert("L")
    scale = (MEGAPIXELS * 1e6 / (gray.width * gray.height)) ** 0.5
    gray = gray.resize((round(gray.width * scale), round(gray.height * scale)))
    grain = np.random.default_rng(0).normal(0, GRAIN, (gray.height, gray.width))
    pixels = np.clip(np.asarray(gray) + grain, 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=92)
    return stream.getvalue()


def measure_bare(photo: bytes, seconds: float) -> float:
    """Photographs per second from bytes to bytes, as many at once as the server's pool takes."""
    keep_freed_memory()
    colorizer = Colorizer.load("default")
    until = 0.0

    def work() -> int:
        done = 0
        while time.perf_counter() < until:
            write_picture(colorizer.colorize_picture(read_picture(photo)), io.BytesIO())
            done += 1
        return done

    write_picture(colorizer.colorize_picture(read_picture(photo)), io.BytesIO())
    began = time.perf_counter()
    until = began + seconds
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = sum(future.result() for future in [pool.submit(work) for _ in range(AT_ONCE)])
    return done / (time.perf_counter() - began)


class Server:
    """A `tomau serve` of its own."""

    def __init__(self, port: int, home: Path) -> None:
        """Start it."""
        self.port = port
        environment = {**os.environ, "TOMAU_HOME": str(home)}
        command = [sys.executable, "-m", "tomau", "serve", "--port", str(port), "--threads", "64"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)

    def ask(
        self, connection: http.client.HTTPConnection, path: str, body: bytes | None, kind: str
    ) -> tuple[int, bytes, float]:
        """Status, body, and seconds to wait where the server says so."""
        headers = {"Content-Type": kind} if body is not None else {}
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, content, float(answer.headers.get("Retry-After") or 0)

    def connect(self) -> http.client.HTTPConnection:
        """A connection of a client's own."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def wait(self) -> None:
        """Wait until it answers."""
        for _ in range(600):
            try:
                if self.ask(self.connect(), "/healthz", None, "")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server does not answer")

    def resident(self) -> float:
        """Megabytes of the process that answers, by its own metrics."""
        _, content, _ = self.ask(self.connect(), "/metrics", None, "")
        line = next(
            line for line in content.decode().splitlines()
            if line.startswith("process_resident_memory_bytes")
        )  # fmt: skip
        return float(line.split()[1]) / 1e6

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


@dataclass
class Tally:
    """What clients saw."""

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, status: str, seconds: float) -> None:
        """Count one answer."""
        with self.lock:
            self.statuses[status] += 1
            if status == "200":
                self.seconds.append(seconds)


def measure_load(
    server: Server, photo: bytes, clients: int, seconds: float
) -> tuple[list[Row], list[Moment]]:
    """Let many clients colour at once for some time; answer what came of it, and memory."""
    body, kind = form("image", photo)
    server.ask(server.connect(), "/main/", body, kind)  # the model is loaded by the first request
    tally, began = Tally(), time.perf_counter()

    def client() -> None:
        connection = server.connect()
        while time.perf_counter() - began < seconds:
            start = time.perf_counter()
            try:
                status, content, pause = server.ask(connection, "/main/", body, kind)
            except (OSError, http.client.HTTPException) as error:
                tally.add(type(error).__name__, 0.0)
                connection = server.connect()
                continue
            if status == 200 and not content.startswith(b"\xff\xd8"):
                tally.add("200 without a JPEG", 0.0)
            elif status == 503 and not pause:
                tally.add("503 without Retry-After", 0.0)
            else:
                tally.add(str(status), time.perf_counter() - start)
            if status == 503:
                time.sleep(min(pause, max(0.0, began + seconds - time.perf_counter())))

    moments: list[Moment] = []
    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(client) for _ in range(clients)]
        while not all(one.done() for one in running):
            passed = time.perf_counter() - began
            moments.append((passed, server.resident(), tally.statuses["200"]))
            time.sleep(1.0)
    elapsed = time.perf_counter() - began
    rate = tally.statuses["200"] / elapsed
    memory = [megabytes for _, megabytes, _ in moments]
    early, late = memory[len(memory) // 6 : len(memory) // 3], memory[-len(memory) // 4 :]
    others = sum(n for status, n in tally.statuses.items() if status not in ("200", "503"))
    rows: list[Row] = [
        (f"{clients} clients, {seconds:g} s: coloured", rate, "photographs/s"),
        ("answers 200", tally.statuses["200"], ""),
        ("answers 503 with Retry-After", tally.statuses["503"], ""),
        ("all other answers and errors", others, ""),
        ("median answer", statistics.median(tally.seconds), "s"),
        ("p95 answer", quantile(tally.seconds, 0.95), "s"),
        ("memory after a sixth of the time", statistics.mean(early), "MB"),
        ("memory in the last quarter", statistics.mean(late), "MB"),
    ]
    return rows, moments


def measure_previews(server: Server, photo: bytes) -> list[Row]:
    """Previews of one photograph by one person, each of another strength, and with a hint."""
    connection = server.connect()
    _, content, _ = server.ask(connection, "/api/v1/photos", *form("file", photo))
    path = f"/api/v1/photos/{json.loads(content)['id']}/preview"

    def timed(sent: Callable[[int], object], count: int) -> list[float]:
        found = []
        for number in range(count):
            start = time.perf_counter()
            body = json.dumps(sent(number)).encode()
            status, _, _ = server.ask(connection, path, body, "application/json")
            found.append(time.perf_counter() - start)
            if status != 200:
                raise SystemExit(f"a preview was answered by {status}")
        return found

    (first,) = timed(lambda _: {}, 1)
    cached = timed(lambda number: {"strength": 0.5 + number / 100}, 100)
    hint = {"y": 200, "color": "#c03028"}
    hinted = timed(lambda number: {"hints": [{"x": 100 + number, **hint}]}, 20)
    return [
        ("first preview", first, "s"),
        ("cached preview, other strength: median", statistics.median(cached), "s"),
        ("cached preview, other strength: p95", quantile(cached, 0.95), "s"),
        ("cached preview, another hint: median", statistics.median(hinted), "s"),
        ("cached preview, another hint: p95", quantile(hinted, 0.95), "s"),
    ]


def form(name: str, content: bytes) -> tuple[bytes, str]:
    """A form with one file, and its media type."""
    head = f'--xXx\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n\r\n'
    return head.encode() + content + b"\r\n--xXx--\r\n", "multipart/form-data; boundary=xXx"


def quantile(values: list[float], share: float) -> float:
    """The value below which a share of all lies."""
    return float(np.quantile(values, share))


def write_memory(moments: list[Moment], out: Path) -> None:
    """Write memory over time as CSV, every fifth moment."""
    lines = [
        (f"{seconds:.0f}", f"{megabytes:.0f}", coloured)
        for seconds, megabytes, coloured in moments[::5]
    ]
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([("seconds", "megabytes", "photographs coloured"), *lines])


def write_rows(rows: list[Row], out: Path | None) -> None:
    """Write the table as CSV, and print it."""
    header = ("what", "value", "unit")
    facts = ("machine", available_cpus(), f"CPUs, {platform.machine()}")
    lines = [header, facts, *((what, f"{value:.4g}", unit) for what, value, unit in rows)]
    for line in lines:
        print(*line, sep=",")
    if out is not None:
        with out.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(lines)


if __name__ == "__main__":
    main()
