"""What a command says: results on stdout, all else on stderr, progress only to a terminal."""

from __future__ import annotations

import json
import signal
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Console:
    """Speaks for one command; ``quiet`` leaves results and errors, ``verbose`` adds details."""

    quiet: bool = False
    verbose: bool = False

    def result(self, text: str) -> None:
        """A line of the command's result, on stdout."""
        typer.echo(text)

    def json(self, value: Any, *, indent: int | None = None) -> None:
        """A result as JSON on stdout; in one line unless indented."""
        typer.echo(json.dumps(value, ensure_ascii=False, indent=indent))

    def error(self, text: str) -> None:
        """What failed, on stderr."""
        typer.echo(f"error: {text}", err=True)

    def note(self, text: str) -> None:
        """What is worth knowing, on stderr, unless quiet."""
        if not self.quiet:
            typer.echo(text, err=True)

    def detail(self, text: str) -> None:
        """What only a curious person wants to know, on stderr, if verbose."""
        if self.verbose:
            typer.echo(text, err=True)

    @contextmanager
    def progress(self, what: str, total: int | None) -> Iterator[Callable[[], None]]:
        """A bar on stderr while the block runs; yields the function that moves it by one."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda: None
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            Remaining(),
            console=RichConsole(stderr=True),
            transient=True,
            # Lines printed meanwhile go above the bar; stdout only if it is the same terminal.
            redirect_stdout=sys.stdout.isatty(),
        )
        with bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)


@contextmanager
def stop_on_ctrl_c() -> Iterator[threading.Event]:
    """Let the first Ctrl-C set the event that is yielded, and the second one end the command."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # signals are the main thread's
        return

    def first(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, previous)

    previous = signal.signal(signal.SIGINT, first)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous)
