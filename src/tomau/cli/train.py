"""``tomau train``: a configuration and photos become a run."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from tomau.cli.console import Console
from tomau.cli.options import Quiet
from tomau.errors import MissingExtraError


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="YAML, as in configs/train.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="RUN", help="Folder of the run.")],
    data: Annotated[
        str | None,
        typer.Option(
            "--data", metavar="PATH", help="Photos: a folder, a folder of .tar shards, or a glob."
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="A.B=1", help="Override a value, such as phases.0.epochs=2."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the run's checkpoint.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the configuration and show it; train nothing.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Train a model; Ctrl-C saves, and --resume goes on from there.

    The run's folder gets config.json, log.jsonl, TensorBoard events, sample grids
    and a checkpoint.
    """
    try:
        from tomau.training import Trainer, load_config
    except ImportError as error:
        raise MissingExtraError("tomau train", "train") from error
    console = Console(quiet)
    settings = load_config(config, tuple(overrides or ()), data__photos=data)
    if dry_run:
        console.result(settings.model_dump_json(indent=2))
        return
    # A cluster's "time is up" is answered like Ctrl-C: by saving.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        Trainer(settings, out, ProgressLines(console)).fit(resume=resume)
    except KeyboardInterrupt:
        console.note(f"interrupted; go on with: tomau train {config} --out {out} --resume")
        raise
    console.result(str(out))


class ProgressLines:
    """Shows a run as lines on stderr, rewritten in place on a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started: tuple[float, int] | None = None
        self._in_place = sys.stderr.isatty() and not console.quiet

    def message(self, text: str) -> None:
        """Show a line worth reading once."""
        self._console.note(text)

    def packing(self, photos: int) -> None:
        """Show the count of decoded photos, every thousand."""
        if photos % 1000 == 0:
            self._console.note(f"decoded {photos} photos")

    def step(self, step: int, total: int, values: Mapping[str, float]) -> None:
        """Show where the run is, how fast, how long it will take, and its newest values."""
        now = time.monotonic()
        if self._started is None:
            self._started = (now, step)
        elapsed, done = now - self._started[0], step - self._started[1]
        left = _clock(elapsed / done * (total - step)) if done else "-"
        numbers = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        line = f"step {step}/{total}  left {left}  {numbers}"
        if self._in_place:
            typer.echo(f"\r\x1b[K{line}", err=True, nl="rmse" in values)
        else:
            self._console.note(line)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
