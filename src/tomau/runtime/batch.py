"""Running a plan: many photographs, one after the other, whatever happens to any of them."""

from __future__ import annotations

import os
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING, Literal

from tomau.errors import ImageWriteError, TomauError, UsageError
from tomau.imaging import DEFAULT_MAX_PIXELS, losses, read_picture, write_picture
from tomau.runtime.allocator import return_freed_memory
from tomau.runtime.card import file_sha256
from tomau.runtime.finishing import Finish
from tomau.runtime.large import colorize_tiff, goes_by_rows
from tomau.runtime.light import LARGE_PIXELS
from tomau.runtime.working_size import AskedSize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tomau.runtime.colorizer import Colorizer
    from tomau.runtime.folders import Task
    from tomau.runtime.prediction import Edit

Existing = Literal["refuse", "skip", "overwrite"]
Status = Literal["done", "skipped", "failed"]

_AHEAD = 8


@dataclass(frozen=True)
class RunOptions:
    """How the photographs of a run are colourized and written.

    ``existing`` says what happens to a result that is there already; ``jobs`` photographs are
    in work at once, so that reading and writing overlap with the network; ``digests``: the
    outcomes hold length and SHA-256 of both files.
    """

    size: AskedSize = None
    strength: float = 1.0
    existing: Existing = "refuse"
    jobs: int = 2
    max_pixels: int | None = DEFAULT_MAX_PIXELS
    finish: Finish = field(default_factory=Finish)
    edit: Edit | None = None
    digests: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one photograph; ``reason`` is empty unless it failed or was skipped."""

    source: Path
    target: Path
    status: Status
    reason: str = ""
    height: int | None = None
    width: int | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    source_sha256: str = ""
    target_sha256: str = ""
    source_bytes: int | None = None
    target_bytes: int | None = None

    def as_row(self) -> dict[str, str | int | float | None]:
        """The outcome in plain values, for a CSV row or a JSON object."""
        return {
            "source": str(self.source),
            "target": str(self.target),
            "status": self.status,
            "reason": self.reason,
            "width": self.width,
            "height": self.height,
            "seconds": round(self.seconds, 3),
            "notes": "; ".join(self.notes),
        }


@dataclass(frozen=True)
class RunSummary:
    """The outcomes of a run in the order of its plan, fewer than planned if interrupted."""

    outcomes: tuple[Outcome, ...]
    interrupted: bool

    def count(self, status: Status) -> int:
        """Number of photographs that ended so."""
        return sum(outcome.status == status for outcome in self.outcomes)


def run_tasks(
    tasks: Sequence[Task],
    colorizer: Colorizer,
    options: RunOptions,
    on_outcome: Callable[[Outcome], None],
    *,
    stop: Event | None = None,
) -> RunSummary:
    """Colourize the photographs of a plan and tell of each, in order, as it is done.

    A photograph that fails never ends the run. Setting ``stop`` does: what is in work is
    finished and told, since a result is written whole or not at all, and the rest is left.

    Raises:
        UsageError: ``jobs`` is less than 1.
    """
    if options.jobs < 1:
        raise UsageError(f"{options.jobs} jobs came; expected at least 1")
    stop = stop or Event()
    outcomes: list[Outcome] = []
    pending: deque[Future[Outcome]] = deque()

    def settle_first() -> None:
        outcome = pending.popleft().result()
        outcomes.append(outcome)
        on_outcome(outcome)

    with ThreadPoolExecutor(options.jobs, thread_name_prefix="tomau") as pool:
        try:
            for task in tasks:
                # A bounded queue: a million photographs must not become a million futures. What
                # waits holds no pixels; a few more than jobs, so that a large one at its head
                # does not let the others run out of work.
                if len(pending) >= _AHEAD * options.jobs:
                    settle_first()
                if stop.is_set():
                    break
                pending.append(pool.submit(colorize_file, task, colorizer, options))
            while pending:
                if stop.is_set():
                    pending = deque(future for future in pending if not future.cancel())
                if pending:
                    settle_first()
        finally:
            for future in pending:
                future.cancel()
    return RunSummary(tuple(outcomes), interrupted=len(outcomes) < len(tasks))


def colorize_file(task: Task, colorizer: Colorizer, options: RunOptions) -> Outcome:
    """Colourize one file; whatever goes wrong with it is told in the outcome."""
    start = time.perf_counter()
    try:
        if (finished := already_there(task, options.existing)) is not None:
            return finished
        # Before the work, so that an output that cannot be is known at once.
        make_folder(task.target.parent)
        outcome = _make(task, colorizer, options)
        if options.digests:
            outcome = with_digests(outcome)
    except Exception as error:  # a night's run must outlive any single photograph
        return Outcome(task.source, task.target, "failed", _reason(error))
    return replace(outcome, seconds=time.perf_counter() - start)


def _make(task: Task, colorizer: Colorizer, options: RunOptions) -> Outcome:
    """Read, colourize, write; the seconds are not told yet."""
    overwrite = options.existing == "overwrite" or _is_empty(task.target)
    if goes_by_rows(task.source, task.format):
        return _by_rows(task, colorizer, options, overwrite=overwrite)
    picture = read_picture(task.source, max_pixels=options.max_pixels)
    is_large = picture.height * picture.width > LARGE_PIXELS
    if is_large:
        return_freed_memory()  # the decoder's
    result = colorizer.colorize_picture(
        picture,
        size=options.size,
        strength=options.strength,
        finish=options.finish,
        edit=options.edit,
    )
    del picture
    if is_large:
        return_freed_memory()  # the encoder needs as much
    write_picture(result, task.target, format=task.format, overwrite=overwrite)
    return Outcome(
        task.source,
        task.target,
        "done",
        height=result.height,
        width=result.width,
        notes=(*result.notes, *losses(result, task.format)),
    )


def with_digests(outcome: Outcome) -> Outcome:
    """The outcome with length and SHA-256 of its two files as they are now.

    Raises:
        OSError: one of them cannot be read.
    """
    return replace(
        outcome,
        source_sha256=file_sha256(outcome.source),
        source_bytes=outcome.source.stat().st_size,
        target_sha256=file_sha256(outcome.target),
        target_bytes=outcome.target.stat().st_size,
    )


def already_there(task: Task, existing: Existing) -> Outcome | None:
    """The outcome of a photograph whose result is there and stays; None if there is work to do.

    An empty file is no result: where files have no hard links, a run that is killed in the
    moment of claiming a name leaves one.
    """
    # Not Path.exists: in a folder that may not be looked into it raises.
    if existing == "overwrite" or not os.path.exists(task.target):  # noqa: PTH110
        return None
    if existing == "refuse":
        reason = (
            f"{task.target} is there already; expected a new file: "
            "give --overwrite, --skip-existing, or another --output"
        )
        return Outcome(task.source, task.target, "failed", reason)
    if _is_empty(task.target):
        return None
    return Outcome(task.source, task.target, "skipped", "the result is there already")


def _is_empty(path: Path) -> bool:
    return path.is_file() and path.stat().st_size == 0


def _by_rows(task: Task, colorizer: Colorizer, options: RunOptions, *, overwrite: bool) -> Outcome:
    (height, width), notes = colorize_tiff(
        colorizer,
        task.source,
        task.target,
        size=options.size,
        strength=options.strength,
        finish=options.finish,
        edit=options.edit,
        max_pixels=options.max_pixels,
        overwrite=overwrite,
    )
    return Outcome(task.source, task.target, "done", height=height, width=width, notes=notes)


def make_folder(folder: Path) -> None:
    """Make the folder of a result, and those above it, where they are not there yet.

    Raises:
        ImageWriteError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImageWriteError(
            f"folder {folder} cannot be made ({error.strerror}); "
            "expected a place that can be written to: choose another --output"
        ) from error


def _reason(error: Exception) -> str:
    """One line that says why; a defect of tomau's own names its kind."""
    text = " ".join(str(error).split())
    if isinstance(error, TomauError):
        return text
    return f"unexpected {type(error).__name__}: {text}" if text else type(error).__name__
