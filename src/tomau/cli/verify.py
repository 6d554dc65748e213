"""``tomau verify``: whether what a manifest describes is still what lies on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tomau.cli import options
from tomau.cli.console import Console, printable

Manifests = Annotated[
    list[Path],
    typer.Argument(metavar="MANIFEST...", help="Files that tomau colorize --manifest wrote."),
]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", metavar="N", min=1, max=64, help="Files read at once.")
]


def verify(
    manifests: Manifests,
    jobs: Jobs = 2,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Check photographs and results against the SHA-256 in manifests.

    Every file is read. Named are files that are missing or were changed, photographs that failed
    and were never done, and results that two photographs claim.

    \b
    tomau colorize scans/ -o coloured/ --manifest coloured/manifest.jsonl
    tomau verify coloured/manifest.jsonl

    Exit code: 0 all as recorded, 1 something is not, 2 the call was wrong, or no manifest came.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    from tomau.runtime import verify_manifest

    console = Console(quiet=quiet)
    sound = unsound = 0
    for manifest in manifests:
        for finding in verify_manifest(manifest, jobs=jobs):
            if as_json:
                console.json(finding.as_row())
            if finding.state == "sound":
                sound += 1
                continue
            unsound += 1
            console.error(f"{printable(finding.source)}: {finding.reason}")
    console.note(f"{sound} as recorded, {unsound} not")
    if unsound:
        raise typer.Exit(1)
