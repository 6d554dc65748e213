"""``tomau export``: a training run becomes a model that ``tomau colorize -m`` takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tomau.cli.console import Console
from tomau.cli.options import Quiet
from tomau.errors import MissingExtraError, UsageError


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that tomau train wrote.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="MODEL_DIR", help="Folder of the model.")
    ],
    float32: Annotated[
        bool, typer.Option("--float32", help="Store filters whole, not as float16: twice the size.")
    ] = False,
    size: Annotated[
        int, typer.Option("--size", min=32, help="Default short side of the working picture.")
    ] = 256,
    chroma_gain: Annotated[
        float, typer.Option("--chroma-gain", min=0.1, max=3.0, help="Factor on predicted chroma.")
    ] = 1.0,
    facts: Annotated[
        Path | None,
        typer.Option(
            "--facts",
            metavar="JSON",
            help="More fields for the card: data, terms, license, metrics.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write RUN's generator as model.onnx with its card.json, checked against torch."""
    try:
        from tomau.export import export_run
    except ImportError as error:
        raise MissingExtraError("tomau export", "train") from error
    console = Console(quiet)
    done = export_run(
        run,
        output,
        half_storage=not float32,
        size=size,
        chroma_gain=chroma_gain,
        facts=None if facts is None else _read_facts(facts),
    )
    console.note(
        f"{done.card.bytes / 1e6:.1f} MB; ONNX differs from torch by at most {done.parity:.1e} "
        f"in ab (float16 storage: {done.rounding:.2g})"
    )
    console.result(str(done.folder))


def _read_facts(path: Path) -> dict[str, object]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as JSON ({error}); expected an object") from error
    if not isinstance(facts, dict):
        raise UsageError(f"{path} holds a {type(facts).__name__}; expected an object")
    return facts
