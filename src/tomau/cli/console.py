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
    from pathlib import Path


@dataclass(frozen=True)
class Console:
    """Speaks for one command; ``quiet`` leaves results and errors, ``verbose`` adds details."""

    quiet: bool = False
    verbose: bool = False

    def result(self, text: str) -> None:
        """A line of the command's result, on stdout."""
        typer.echo(_encodable(text))

    def json(self, value: Any, *, indent: int | None = None) -> None:
        """A result as JSON on stdout; in one line unless indented."""
        text = json.dumps(value, ensure_ascii=False, indent=indent)
        if not _is_text(text):  # a file name of bytes that are no text
            text = json.dumps(value, indent=indent)
        typer.echo(text)

    def error(self, text: str) -> None:
        """What failed, on stderr."""
        typer.echo(f"error: {printable(text)}", err=True)

    def note(self, text: str) -> None:
        """What is worth knowing, on stderr, unless quiet."""
        if not self.quiet:
            typer.echo(_encodable(text), err=True)

    def detail(self, text: str) -> None:
        """What only a curious person wants to know, on stderr, if verbose."""
        if self.verbose:
            typer.echo(_encodable(text), err=True)

    @contextmanager
    def progress(self, what: str, total: int | None) -> Iterator[Callable[..., None]]:
        """A bar on stderr while the block runs, with the rate and the time that is left.

        Yields the function that moves it by one; with ``failed=True`` it counts a failure too.
        """
        if self.quiet or not sys.stderr.isatty():
            yield lambda *, failed=False: None  # noqa: ARG005 - of the bar's signature
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        from tomau.cli.rate import FailuresColumn, RateColumn

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            Remaining(),
            FailuresColumn(),
            console=RichConsole(stderr=True),
            transient=True,
            # Lines printed meanwhile go above the bar; stdout only if it is the same terminal.
            redirect_stdout=sys.stdout.isatty(),
        )
        with bar:
            task = bar.add_task(what, total=total, failures=0)
            failures = 0

            def advance(*, failed: bool = False) -> None:
                nonlocal failures
                failures += failed
                bar.update(task, advance=1, failures=failures)

            yield advance


def printable(text: str | Path) -> str:
    r"""One line of a text or path, with escapes for what a terminal cannot show or would obey.

    A newline becomes ``\n``, a byte of a file name that is no text ``\xff``.
    """
    return "".join(
        character
        if character.isprintable()
        else repr(character.encode("utf-8", "surrogateescape"))[2:-1]
        for character in str(text)
    )


def _encodable(text: str) -> str:
    """The text as it is; only bytes of a file name that are no text become escapes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_text(text: str) -> bool:
    return _encodable(text) == text


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
