"""TIFF files that Pillow cannot read as they are: more than 8 bits, or an unusual layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from tomau.imaging.extras import load
from tomau.imaging.samples import Samples, Space, from_channels, to_sixteen_bits, unmultiplied

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _INKS, _YCBCR = 0, 1, 2, 5, 6
_SPACES: dict[int, Space] = {
    _WHITE_IS_ZERO: "L",
    _BLACK_IS_ZERO: "L",
    _RGB: "RGB",
    _INKS: "CMYK",
    _YCBCR: "RGB",
}
_BITS_PER_SAMPLE = 258
_JPEG = 7  # whose decoder answers YCbCr with RGB
_ASSOCIATED_ALPHA, _ALPHA = 1, 2
_MAX_CHANNELS = 16


def needs_tifffile(tags: Any) -> bool:
    """Whether the tags of a TIFF file tell of more than 8 bits per channel."""
    bits = tags.get(_BITS_PER_SAMPLE, 1)
    return any(isinstance(n, int) and n > 8 for n in (bits if isinstance(bits, tuple) else (bits,)))


def read_tiff(stream: BinaryIO, check_size: Callable[[tuple[int, int]], None]) -> Samples:
    """Read the first page of a TIFF file as 16 bits per channel, whatever its layout.

    ``check_size`` is called with width and height before any pixel is decoded.

    Raises:
        MissingExtraError: the packages are not installed.
        ValueError, RuntimeError: damaged, or pixels of a meaning that is not known here; the
            decoders raise other errors too.
    """
    tifffile = load("tifffile", "this kind of TIFF file")
    stream.seek(0)
    with tifffile.TiffFile(stream) as file:
        page = file.pages.first
        check_size((page.imagewidth, page.imagelength))
        space = _space(page)
        _check_layout(page, stream)
        values = _decode(page)
        pages = count_pages(file)
    levels, note = to_sixteen_bits(values, page.bitspersample)
    if page.photometric == _WHITE_IS_ZERO:
        levels = np.uint16(65535) - levels
    told = (f"TIFF of {pages} pages: first page taken" if pages > 1 else None, note)
    return _with_alpha(levels, space, tuple(page.extrasamples), tuple(filter(None, told)))


def _space(page: Any) -> Space:
    space = _SPACES.get(int(page.photometric))
    if space is None or (page.photometric == _YCBCR and page.compression != _JPEG):
        raise ValueError(f"pixels of photometric {int(page.photometric)} are not known")
    return space


def _check_layout(page: Any, stream: BinaryIO) -> None:
    """Refuse what tifffile would fill with black or take much memory for.

    Raises:
        ValueError: strips or tiles are missing, or there are too many channels or layers.
    """
    if page.samplesperpixel > _MAX_CHANNELS or page.imagedepth != 1:
        raise ValueError(f"{page.samplesperpixel} channels, {page.imagedepth} layers")
    offsets, counts = page.dataoffsets, page.databytecounts
    expected = int(np.prod(page.chunked))
    if min(len(offsets), len(counts)) < expected or 0 in offsets or 0 in counts:
        raise ValueError("strips or tiles of pixels are missing")
    size = stream.seek(0, 2)
    if any(offset + count > size for offset, count in zip(offsets, counts, strict=False)):
        raise ValueError("the file ends before its pixels do")


def _decode(page: Any) -> NDArray[Any]:
    """Pixels (H, W) or (H, W, C) of any number type; planes become channels."""
    values: NDArray[Any] = page.asarray()
    values = values.reshape(page.shaped[0], page.imagelength, page.imagewidth, -1)
    if values.shape[0] > 1:
        values = np.moveaxis(values[..., 0], 0, -1)[np.newaxis]
    return values[0, ..., 0] if values.shape[-1] == 1 else values[0]


def count_pages(file: Any) -> int:
    """Number of pages of an open TIFF file of tifffile's."""
    try:
        return len(file.pages)
    except Exception:  # a damaged later page does not concern the first
        return 1


def _with_alpha(
    levels: NDArray[np.uint16], space: Space, extras: tuple[int, ...], notes: tuple[str, ...]
) -> Samples:
    """Take the first extra channel for alpha if it says so, and none otherwise."""
    samples = from_channels(levels, space, notes=notes)
    if samples.alpha is None or extras[:1] == (_ALPHA,):
        return samples
    if extras[:1] == (_ASSOCIATED_ALPHA,):
        return unmultiplied(samples)
    note = "channels beside the colours left out: the file does not say what they are"
    return Samples(samples.colour, space, None, (*notes, note))
