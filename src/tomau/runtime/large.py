"""Large photographs: luminance comes and colour goes by rows, and memory stays bounded.

The network sees the whole picture at working size, so that there are no seams; only what happens
at full resolution is done in strips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tomau.color import StripRenderer, guide_sizes, luminance, reduce_by_area, strips
from tomau.errors import ImageReadError, ImageWriteError
from tomau.imaging.atomic import atomic_output
from tomau.imaging.tiff_rows import BAND_ROWS, TiffRows, streams_by_rows, write_tiff_by_rows
from tomau.runtime.working_size import AskedSize, chosen_size, working_size

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.runtime.colorizer import Colorizer
    from tomau.runtime.finishing import Finish

LARGE_PIXELS = 1 << 26
"""Pictures of more pixels are never held in memory as floating point."""

PixelRows = Callable[[slice], "NDArray[np.uint8]"]
Shape = tuple[int, int]


def colorize_rows(
    colorizer: Colorizer,
    pixels: PixelRows,
    shape: Shape,
    pool: ThreadPoolExecutor,
    *,
    size: AskedSize,
    strength: float,
) -> Callable[[slice, NDArray[np.uint8]], None]:
    """Run the network for a picture that comes by rows; answer what writes rows of the result.

    Args:
        colorizer: has the network.
        pixels: answers rows, (rows, W) gray or (rows, W, 3) sRGB uint8, from any thread.
        shape: height and width.
        pool: threads for the work.
        size: short side of what the network sees.
        strength: factor on chroma.
    """
    card = colorizer.card
    size = chosen_size(size, card_size=card.size, height=shape[0], width=shape[1])
    target = working_size(*shape, size=size, stride=card.stride)
    guide_size = guide_sizes((target.height, target.width), shape)[-1]
    guide = reduce_by_area(lambda rows: luminance(pixels(rows)), shape, guide_size, pool.map)
    ab_low = colorizer.predict_ab(guide, size=size)
    renderer = StripRenderer(ab_low, guide, shape, strength=strength, apply=pool.map)

    def write(rows: slice, out: NDArray[np.uint8]) -> None:
        renderer.write_u8(luminance(pixels(rows)), rows, out)

    return write


def colorize_large(
    colorizer: Colorizer, pixels: NDArray[np.uint8], *, size: AskedSize, strength: float
) -> NDArray[np.uint8]:
    """Colourize pixels (H, W) or (H, W, 3) in memory to (H, W, 3), floats only by strips."""
    shape = (pixels.shape[0], pixels.shape[1])
    out = np.empty((*shape, 3), np.uint8)
    with ThreadPoolExecutor(colorizer.threads) as pool:
        write = colorize_rows(
            colorizer, pixels.__getitem__, shape, pool, size=size, strength=strength
        )
        list(pool.map(lambda rows: write(rows, out[rows]), strips(*shape)))
    return out


def is_plain(finish: Finish) -> bool:
    """Whether strips can finish a picture: its light as it is, sRGB, 8 bits."""
    return (finish.luminance, finish.profile, finish.bits) in (
        ("lab", "srgb", None),
        ("lab", "srgb", 8),
    )


def goes_by_rows(source: Path, format_name: str) -> bool:
    """Whether a file is colourized without ever being in memory: a large TIFF to a TIFF."""
    if format_name != "TIFF" or not streams_by_rows(source):
        return False
    with source.open("rb") as stream:
        height, width = TiffRows(stream).shape
    return height * width > LARGE_PIXELS


def colorize_tiff(
    colorizer: Colorizer,
    source: Path,
    target: Path,
    *,
    size: AskedSize,
    strength: float,
    max_pixels: int | None,
    overwrite: bool,
) -> Shape:
    """Colourize a TIFF file to a TIFF file by rows; answer its height and width.

    Raises:
        ImageReadError: the file is damaged, or has more than ``max_pixels``.
        ImageWriteError: the target exists, or the disk is full.
        ModelError: the network failed.
    """
    with source.open("rb") as stream:
        picture = TiffRows(stream)
        height, width = picture.shape
        if max_pixels is not None and height * width > max_pixels:
            raise ImageReadError(
                f"{source}: {width}x{height} is {height * width:,} pixels; expected at most "
                f"{max_pixels:,}: raise the limit (max_pixels, --max-pixels) if you trust the file"
            )
        with ThreadPoolExecutor(colorizer.threads) as pool:
            write = colorize_rows(
                colorizer, picture.rows, picture.shape, pool, size=size, strength=strength
            )
            bands = _bands(write, picture.shape, pool)
            try:
                with atomic_output(target, overwrite=overwrite) as out:
                    write_tiff_by_rows(out, bands, picture)
            except OSError as error:
                raise ImageWriteError(
                    f"{target}: cannot be written ({error.strerror or error}); "
                    "check folder and disk"
                ) from error
    return picture.shape


def _bands(
    write: Callable[[slice, NDArray[np.uint8]], None], shape: Shape, pool: ThreadPoolExecutor
) -> Iterator[NDArray[np.uint8]]:
    """Bands of the result from top to bottom, each made by all threads."""
    height, width = shape
    for top in range(0, height, BAND_ROWS):
        rows = min(BAND_ROWS, height - top)
        band = np.empty((rows, width, 3), np.uint8)
        list(pool.map(partial(_write_part, write, band, top), strips(rows, width)))
        yield band


def _write_part(
    write: Callable[[slice, NDArray[np.uint8]], None],
    band: NDArray[np.uint8],
    top: int,
    part: slice,
) -> None:
    write(slice(top + part.start, top + part.stop), band[part])
