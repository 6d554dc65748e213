"""A ``tomau video`` that is sent a signal once so many frames are done."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

# A server that has imported everything once: a process for each signal costs milliseconds.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["onnxruntime", "tomau.video", "tomau.cli.video"])


def run_and_signal(arguments: list[str], frames: int, number: int) -> int | None:
    """Run ``tomau`` and send it a signal after so many frames: its exit code, -9 if killed."""
    process = _CONTEXT.Process(target=_run, args=(arguments, frames, number))
    process.start()
    process.join()
    return process.exitcode


def _run(arguments: list[str], frames: int, number: int) -> None:
    from tomau.cli import video
    from tomau.cli.app import app

    def signals(_: object) -> Any:
        def observe(progress: Any) -> None:
            if progress.done == frames:
                os.kill(os.getpid(), number)

        return observe

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        video._mover = signals
        app(arguments)
