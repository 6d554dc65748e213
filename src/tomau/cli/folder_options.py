"""Options of ``tomau colorize`` that concern runs over folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

EngineName: TypeAlias = Literal["local", "ray"]

Report: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write a table of what became of each photograph: CSV, or JSONL by its name.",
    ),
]
Manifest: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--manifest",
        metavar="FILE",
        help="Record input and result with their SHA-256, over all runs of the folder: CSV, or "
        "JSONL by its name. Check it with: tomau verify.",
    ),
]
Share: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--shard", metavar="I/N", help="Do part I of N, for N machines that share the folders."
    ),
]
Watch: TypeAlias = Annotated[
    bool,
    typer.Option("--watch", help="Go on colourizing what arrives in the folders, until Ctrl-C."),
]
Every: TypeAlias = Annotated[
    float,
    typer.Option(
        "--every",
        metavar="SECONDS",
        min=0.01,
        help="How often --watch looks. A file is taken when it has not changed for so long.",
    ),
]
Engine: TypeAlias = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        help="What spreads the work: this machine, or a Ray cluster (needs the extra cluster).",
    ),
]
Address: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="ADDRESS",
        help="Ray cluster to join, as auto or HOST:PORT; without, Ray is started here.",
    ),
]
