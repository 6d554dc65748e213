"""TIFF files by rows, in and out: pictures larger than memory should hold.

Tiles and strips are decoded as they are needed and written as they are finished, by tifffile.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tomau.errors import ImageReadError, MissingExtraError
from tomau.imaging.icc import srgb_profile, to_srgb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

BAND_ROWS = 256
"""Rows that are written at a time; also the side of written tiles."""

_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Level 6 takes three times as long as all the rest, for files a tenth smaller.
_DEFLATE_LEVEL, _ENCODERS = 1, 2
_MOST_SEGMENT_PIXELS = 1 << 25
_KEPT_BANDS = 4
_XMP = 700
# Text that speaks of the photograph, and its XMP packet.
_KEPT_TAGS = (270, 271, 272, 306, 315, 33432, _XMP)


class TiffRows:
    """The first picture of a TIFF file, 8 bits of gray or sRGB, whose rows are read on demand.

    May be asked from several threads; fast when asked from top to bottom.

    Attributes:
        shape: height and width.
        tiled: whether the file has tiles.
        compressed: whether it is compressed.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Read the header.

        Raises:
            MissingExtraError: tifffile is not installed.
            ImageReadError: the file is damaged, or its kind cannot be read by rows.
        """
        try:
            import tifffile
        except ImportError as error:
            raise MissingExtraError("reading TIFF files by rows", "formats") from error
        try:
            self._file = tifffile.TiffFile(stream)
            page = self._file.pages.first
        except Exception as error:  # any damage, any error
            raise ImageReadError(f"damaged TIFF ({error}); expected a whole file") from error
        reason = _unsuited(page)
        if reason:
            raise ImageReadError(f"{reason} came; expected 8-bit gray or RGB for reading by rows")
        self._page = page
        self.shape = (int(page.imagelength), int(page.imagewidth))
        self.tiled = bool(page.is_tiled)
        self.compressed = int(page.compression) != 1
        self._icc: bytes | None = page.iccprofile
        self._band_rows = int(page.tilelength if self.tiled else page.rowsperstrip)
        self._bands: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._turn = threading.Lock()

    def rows(self, rows: slice) -> NDArray[np.uint8]:
        """Return rows as (rows, W) gray or (rows, W, 3) sRGB.

        Raises:
            ImageReadError: a tile or strip is damaged.
        """
        step = self._band_rows
        with self._turn:
            first, last = rows.start // step, (rows.stop - 1) // step
            bands = [self._band(number) for number in range(first, last + 1)]
        joined = bands[0] if len(bands) == 1 else np.concatenate(bands)
        return joined[rows.start - first * step : rows.stop - first * step]

    def tags(self) -> list[tuple[int, Any, int, Any, bool]]:
        """Return the tags that a copy should carry, as tifffile's writer takes them."""
        found = (self._page.tags.get(code) for code in _KEPT_TAGS)
        return [(tag.code, tag.dtype, tag.count, tag.value, True) for tag in found if tag]

    def resolution(self) -> tuple[Any, ...] | None:
        """Return resolution across and down and its unit, if the file says."""
        tags = self._page.tags
        if 282 not in tags or 283 not in tags:
            return None
        unit = tags[296].value if 296 in tags else 2
        return tags[282].value, tags[283].value, int(unit)

    def _band(self, number: int) -> NDArray[np.uint8]:
        """Decode a row of tiles, or a strip; the last ones are kept."""
        if number in self._bands:
            self._bands.move_to_end(number)
            return self._bands[number]
        page, (height, width) = self._page, self.shape
        rows = min(self._band_rows, height - number * self._band_rows)
        samples = () if page.samplesperpixel == 1 else (3,)
        band = np.zeros((rows, width, *samples), np.uint8)
        across = -(-width // page.tilewidth) if self.tiled else 1
        try:
            for index in range(number * across, (number + 1) * across):
                self._decode(index, number * self._band_rows, band)
        except Exception as error:  # decoders answer damage with any kind of error
            raise ImageReadError(
                f"damaged TIFF (rows from {number * self._band_rows}: {error}); "
                "expected a whole file: copy it again from where it came"
            ) from error
        if int(page.photometric) == 0:
            np.subtract(255, band, out=band)
        colour, _, _ = to_srgb(Image.fromarray(band), self._icc)
        self._bands[number] = np.asarray(colour)
        if len(self._bands) > _KEPT_BANDS:
            self._bands.popitem(last=False)
        return self._bands[number]

    def _decode(self, index: int, top: int, band: NDArray[np.uint8]) -> None:
        page, handle = self._page, self._file.filehandle
        offset, size = page.dataoffsets[index], page.databytecounts[index]
        if not size:
            raise ValueError(f"tile or strip {index} is empty")
        handle.seek(offset)
        data = handle.read(size)
        segment, place, shape = page.decode(data, index, jpegtables=page.jpegtables)
        if segment is None or len(data) < size:
            raise ValueError(f"tile or strip {index} is cut short")
        _, _, row, column, _ = place
        part = segment[0, : shape[1], : shape[2]]
        part = part[..., 0] if band.ndim == 2 else part
        high, wide = band[row - top :, column:][: part.shape[0], : part.shape[1]].shape[:2]
        band[row - top : row - top + high, column : column + wide] = part[:high, :wide]


def streams_by_rows(path: Path) -> bool:
    """Whether `TiffRows` can read a file; False for whatever is no TIFF or is damaged."""
    try:
        with path.open("rb") as stream:
            if stream.read(4) not in _SIGNATURES:
                return False
            stream.seek(0)
            TiffRows(stream)
    except (ImageReadError, MissingExtraError, OSError):
        return False
    return True


def write_tiff_by_rows(
    stream: BinaryIO, bands: Iterator[NDArray[np.uint8]], like: TiffRows
) -> None:
    """Write sRGB bands (``BAND_ROWS``, W, 3) as one TIFF file, tiled and compressed as ``like``.

    Deflate stands for all compressions, and is always tiled; files over 4 GB become BigTIFF.
    """
    import tifffile

    height, width = like.shape
    resolution = like.resolution()
    tiled = like.tiled or like.compressed  # tifffile takes strips by rows only if uncompressed
    # The stream of an atomic file has a number for a name, which tifffile takes for a path.
    handle = tifffile.FileHandle(stream, name="picture.tif", offset=0, size=0)
    with tifffile.TiffWriter(handle, bigtiff=height * width * 3 > 2**32 - 2**25) as writer:
        writer.write(
            _tiles(bands) if tiled else bands,
            shape=(height, width, 3),
            dtype=np.uint8,
            photometric="rgb",
            tile=(BAND_ROWS, BAND_ROWS) if tiled else None,
            rowsperstrip=None if tiled else BAND_ROWS,
            compression="zlib" if like.compressed else None,
            compressionargs={"level": _DEFLATE_LEVEL} if like.compressed else None,
            maxworkers=_ENCODERS,
            predictor=like.compressed,
            iccprofile=srgb_profile(),
            resolution=None if resolution is None else resolution[:2],
            resolutionunit=None if resolution is None else resolution[2],
            extratags=like.tags(),
            metadata=None,
            software=False,
        )


def _tiles(bands: Iterator[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
    for band in bands:
        for left in range(0, band.shape[1], BAND_ROWS):
            tile = np.zeros((BAND_ROWS, BAND_ROWS, 3), np.uint8)
            part = band[:, left : left + BAND_ROWS]
            tile[: part.shape[0], : part.shape[1]] = part
            yield tile


def _unsuited(page: Any) -> str:
    """Why a page cannot be read by rows; empty if it can."""
    kinds = {(0, 1), (1, 1), (2, 3)}  # photometric interpretation and samples
    orientation = page.tags.get(274)
    pixels = page.tilelength * page.imagewidth if page.is_tiled else 0
    pixels = pixels or page.rowsperstrip * page.imagewidth
    if page.dtype != np.uint8 or page.bitspersample != 8:
        return f"{page.bitspersample}-bit TIFF"
    if (int(page.photometric), page.samplesperpixel) not in kinds or page.extrasamples:
        return f"TIFF of {page.samplesperpixel} channels"
    if int(page.planarconfig) != 1 or (orientation is not None and orientation.value != 1):
        return "TIFF of separate planes or turned on its side"
    if page.imagedepth != 1 or pixels > _MOST_SEGMENT_PIXELS:
        return "TIFF in one piece"
    return ""
