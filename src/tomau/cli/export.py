"""``tomau export``: a training run becomes a model that ``tomau colorize -m`` takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tomau.cli.console import Console
from tomau.cli.options import Quiet
from tomau.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from tomau.export import Exported, Quantized


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that tomau train wrote.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="MODEL_DIR", help="Folder of the model.")
    ],
    float32: Annotated[
        bool, typer.Option("--float32", help="Store filters whole, not as float16: twice the size.")
    ] = False,
    int8: Annotated[
        bool,
        typer.Option("--int8", help="8-bit filters and activations: faster, a little less exact."),
    ] = False,
    calibrate: Annotated[
        str | None,
        typer.Option(
            "--calibrate",
            metavar="PHOTOS",
            help="With --int8: colour photos like those of the training, a folder or .tar shards.",
        ),
    ] = None,
    calibration_photos: Annotated[
        int,
        typer.Option(
            "--calibration-photos", metavar="N", min=4, help="Photos to calibrate --int8 with."
        ),
    ] = 128,
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
            help="More fields for the card: data, terms, license, metrics; a specialist's subject.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write RUN's generator as model.onnx with its card.json, checked against torch.

    With --int8 the difference from float32 is measured on photos that were held out, and stands
    in the card; whether the model is good enough is for tomau evaluate to say.
    """
    if int8 != (calibrate is not None) or (int8 and float32):
        raise UsageError(
            "expected --int8 together with --calibrate PHOTOS and without --float32, "
            "or none of these"
        )
    try:
        from tomau.export import export_int8, export_run
    except ImportError as error:
        raise MissingExtraError("tomau export", "train") from error
    console = Console(quiet)
    given = None if facts is None else _read_facts(facts)
    done: Exported | Quantized
    if calibrate is None:
        done = export_run(
            run,
            output,
            half_storage=not float32,
            size=size,
            chroma_gain=chroma_gain,
            facts=given,
        )
        cost = (
            f"ONNX differs from torch by at most {done.parity:.1e} in ab "
            f"(float16 storage: {done.rounding:.2g})"
        )
    else:
        done = export_int8(
            run,
            output,
            calibrate,
            count=calibration_photos,
            size=size,
            chroma_gain=chroma_gain,
            facts=given,
        )
        off = done.difference
        cost = f"ab differs from float32 by {off.rms:.2g} rms (worst photo {off.worst:.2g})"
    console.note(f"{done.card.bytes / 1e6:.1f} MB; {cost}")
    console.result(str(done.folder))


def _read_facts(path: Path) -> dict[str, object]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as JSON ({error}); expected an object") from error
    if not isinstance(facts, dict):
        raise UsageError(f"{path} holds a {type(facts).__name__}; expected an object")
    return facts
