"""Large TIFF files: light comes and colour goes by rows, and memory stays bounded.

The network sees the whole picture at working size, so that there are no seams; only what happens
at full resolution is done in strips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomau.color import strips
from tomau.color.threads import over_threads
from tomau.errors import ImageReadError, ImageWriteError
from tomau.imaging.atomic import atomic_output
from tomau.imaging.tiff_rows import BAND_ROWS, TiffRows, streams_by_rows, write_tiff_by_rows
from tomau.runtime.light import LARGE_PIXELS, Light, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tomau.color.threads import Apply
    from tomau.imaging import Levels
    from tomau.runtime.colorizer import Colorizer
    from tomau.runtime.finishing import Development, Finish
    from tomau.runtime.prediction import Edit
    from tomau.runtime.working_size import AskedSize

LEAST_PIXELS = LARGE_PIXELS
"""TIFF files of more pixels go by rows."""


def goes_by_rows(source: Path, format_name: str) -> bool:
    """Whether a file is colourized without ever being in memory: a large TIFF to a TIFF."""
    if format_name != "TIFF" or not streams_by_rows(source):
        return False
    with source.open("rb") as stream:
        height, width = TiffRows(stream).shape
    return height * width > LEAST_PIXELS


def colorize_tiff(
    colorizer: Colorizer,
    source: Path,
    target: Path,
    *,
    size: AskedSize,
    strength: float,
    finish: Finish,
    edit: Edit | None,
    max_pixels: int | None,
    overwrite: bool,
) -> tuple[Shape, tuple[str, ...]]:
    """Colourize a TIFF file to a TIFF file by rows; answer its height and width, and notes.

    Raises:
        ImageReadError: the file is damaged, or has more than ``max_pixels``.
        ImageWriteError: the target exists, or the disk is full.
        MissingExtraError: the profile needs packages that are not installed.
        ModelError: the network failed.
    """
    with source.open("rb") as stream, over_threads(colorizer.threads) as apply:
        picture = TiffRows(stream)
        _check_size(source, picture.shape, max_pixels)
        light = Light(picture.rows, picture.shape, finish.luminance)
        seen = colorizer.look(light, size=size, finish=finish, apply=apply)
        development = seen.develop(edit, strength, apply)
        xmp, notes = development.told(picture.metadata.xmp)
        icc = development.profile(picture.icc)
        bands = _bands(development, apply)
        try:
            with atomic_output(target, overwrite=overwrite) as out:
                write_tiff_by_rows(out, bands, picture, dtype=development.dtype, xmp=xmp, icc=icc)
        except OSError as error:
            raise ImageWriteError(
                f"{target}: cannot be written ({error.strerror or error}); check folder and disk"
            ) from error
    return picture.shape, (*picture.notes, *notes)


def _check_size(source: Path, shape: Shape, max_pixels: int | None) -> None:
    height, width = shape
    if max_pixels is not None and height * width > max_pixels:
        raise ImageReadError(
            f"{source}: {width}x{height} is {width * height:,} pixels; expected at most "
            f"{max_pixels:,}: raise the limit (max_pixels, --max-pixels) if you trust the file"
        )


def _bands(development: Development, apply: Apply) -> Iterator[Levels]:
    """Bands of the result from top to bottom, each made by all threads."""
    height, width = development.light.shape
    for top in range(0, height, BAND_ROWS):
        rows = min(BAND_ROWS, height - top)
        band = development.empty(rows)

        def write(part: slice, top: int = top, band: Levels = band) -> None:
            development.write(slice(top + part.start, top + part.stop), band[part])

        list(apply(write, strips(rows, width)))
        yield band
