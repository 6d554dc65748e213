"""A ``tomau`` that is killed, as by ``kill -9``, in the middle of what it does to the disk."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

_TOUCHES = ("open", "os.mkdir", "os.link", "os.rename", "os.remove")

# A server that has imported everything once: a process for each kill costs milliseconds.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["onnxruntime", "PIL.Image", "PIL.PngImagePlugin", "tomau.runtime", "tomau.cli.colorize"]
)


def run_and_kill(arguments: list[str], folder: Path, touch: int) -> int | None:
    """Run ``tomau`` until just before its touch of that number of files below a folder.

    Other threads are wherever they are by then. The answer is the exit code, -9 if killed.
    """
    process = _CONTEXT.Process(target=_run, args=(arguments, os.fspath(folder), touch))
    process.start()
    process.join()
    return process.exitcode


def _run(arguments: list[str], folder: str, touch: int) -> None:
    touches = 0
    lock = threading.Lock()

    def count(event: str, values: tuple[Any, ...]) -> None:
        nonlocal touches
        if event not in _TOUCHES or isinstance(values[0], int):
            return
        if not os.fsdecode(values[0]).startswith(folder):
            return
        with lock:
            touches += 1
            if touches == touch:
                os.kill(os.getpid(), signal.SIGKILL)

    from tomau.cli.app import app

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        sys.addaudithook(count)
        app(arguments)
