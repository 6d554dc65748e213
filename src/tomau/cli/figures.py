"""Pictures that commands draw beside their results: the contact sheet, and writing any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PIL import Image

_TILE = 320
_ROWS_IN_ONE_BLOCK = 4


def before_and_after(pairs: Sequence[tuple[Path, Path]]) -> Image.Image:
    """Draw inputs and results side by side, a labelled row for each pair of files."""
    from tomau.evaluation.contact_sheet import contact_sheet

    # Shrunk one by one as they are read: a sheet must not hold all photographs at full size.
    rows = [[_thumbnail(path) for path in pair] for pair in pairs]
    blocks = 1 if len(rows) <= _ROWS_IN_ONE_BLOCK else 2
    labels = [source.name for source, _ in pairs]
    return contact_sheet(rows, labels=labels, tile=_TILE, blocks=blocks)


def write_figure(figure: Image.Image, path: Path) -> None:
    """Write a drawn picture; one of an earlier run is replaced.

    Raises:
        ImageWriteError: it cannot be written there.
    """
    from tomau.imaging import from_pil, write_picture
    from tomau.runtime import make_folder

    make_folder(path.parent)
    write_picture(from_pil(figure), path, overwrite=True)


def _thumbnail(path: Path) -> Image.Image:
    from tomau.imaging import read_picture, to_pil

    image = to_pil(read_picture(path)).convert("RGB")
    image.thumbnail((_TILE, _TILE))
    return image
