"""``tomau gallery``: pictures in colour, and which of them a photograph might take after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tomau.cli import options
from tomau.cli.console import Console, printable
from tomau.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

gallery = typer.Typer(
    help="Gather pictures in colour, and let them be proposed as references.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)

Place = Annotated[
    Path | None,
    typer.Option("--gallery", metavar="DIR", help="Another gallery than the user's own."),
]
Sources = Annotated[
    list[Path],
    typer.Argument(metavar="IN", help="Folders of pictures in colour, with all below, or files."),
]
Photograph = Annotated[Path, typer.Argument(metavar="PHOTO", help="A photograph.")]
Count = Annotated[
    int, typer.Option("--count", "-n", metavar="N", min=1, max=100, help="At most so many.")
]


@gallery.command("add")
def add(
    sources: Sources,
    place: Place = None,
    model: options.Model = "default",
    device: options.Device = "auto",
    quiet: options.Quiet = False,
) -> None:
    """Add pictures to the gallery; those that are there already cost nothing.

    The pictures stay where they are: the gallery knows how to find them, and what they show.
    What cannot be read, or is gray, is named and left out. Exit code 1 if any was.
    """
    from tomau.edits.gallery import Gallery, default_gallery
    from tomau.imaging import silence_decoders
    from tomau.runtime import Colorizer

    silence_decoders()
    console = Console(quiet=quiet)
    chosen = Gallery(place or default_gallery())
    paths = sorted(dict.fromkeys(_pictures(sources)))
    if not paths:
        raise DataError("no picture was found; expected files such as .jpg, .png, .webp or .tif")
    failed = 0
    with console.progress("adding", len(paths)) as advance:

        def told(path: Path, reason: str) -> None:
            nonlocal failed
            failed += bool(reason)
            advance(failed=bool(reason))
            if reason:
                console.error(f"{printable(path)}: {reason}")

        added = chosen.add(paths, Colorizer.load(model, device=device), told)
    console.result(printable(chosen.folder))
    console.note(f"{added} added, {len(chosen)} in the gallery")
    if failed:
        raise typer.Exit(1)


@gallery.command("suggest")
def suggest(
    photograph: Photograph,
    place: Place = None,
    count: Count = 3,
    model: options.Model = "default",
    device: options.Device = "auto",
    as_json: options.AsJson = False,
) -> None:
    """Name the pictures of the gallery that are most like a photograph, the most alike first.

    \b
    tomau colorize photo.jpg --reference gallery      takes after them
    """  # noqa: D301 - the real backspace keeps the lines of the example apart
    from tomau.color import luminance
    from tomau.edits.gallery import Gallery, default_gallery
    from tomau.imaging import read_picture
    from tomau.runtime import Colorizer

    console = Console()
    chosen = Gallery(place or default_gallery())
    l = luminance(read_picture(photograph).pixels)
    found = chosen.suggest(Colorizer.load(model, device=device).predict(l), count=count)
    if as_json:
        console.json(
            [{"path": str(one.path), "likeness": round(one.likeness, 4)} for one in found], indent=2
        )
        return
    for one in found:
        console.result(f"{one.likeness:.3f}  {printable(one.path)}")


def _pictures(sources: Iterable[Path]) -> Iterable[Path]:
    from tomau.imaging import FORMATS

    endings = {ending for kind in FORMATS for ending in kind.extensions}
    for source in sources:
        if source.is_dir():
            yield from (p for p in source.rglob("*") if p.suffix.lower() in endings and p.is_file())
        else:
            yield source
