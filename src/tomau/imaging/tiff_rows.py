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
from tomau.imaging.icc import to_srgb
from tomau.imaging.icc_deep import finer_gray, to_srgb_u16
from tomau.imaging.identification import tiff_tags
from tomau.imaging.metadata import Metadata, rewritten_exif, tiff_metadata
from tomau.imaging.picture import with_finer
from tomau.imaging.samples import Samples
from tomau.imaging.tiff_reading import count_pages
from tomau.imaging.tiff_writing import add_tags, tiff_tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from tomau.imaging.picture import Levels, Tones

BAND_ROWS = 256
"""Rows that are written at a time; also the side of written tiles."""

_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Level 6 takes three times as long as all the rest, for files a tenth smaller.
_DEFLATE_LEVEL, _ENCODERS = 1, 2
_MOST_SEGMENT_PIXELS = 1 << 25
_KEPT_BANDS = 4


class TiffRows:
    """The first picture of a TIFF file, 8 or 16 bits of gray or sRGB, read by rows on demand.

    May be asked from several threads; fast when asked from top to bottom.

    Attributes:
        shape: height and width.
        tiled: whether the file has tiles.
        compressed: whether it is compressed.
        metadata: what the file says of its picture.
        icc: the profile of the rows, None if the file has none.
        notes: what a user should be told.
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
            raise ImageReadError(
                f"{reason} came; expected 8 or 16 bits of gray or RGB for reading by rows"
            )
        self._page = page
        self.shape = (int(page.imagelength), int(page.imagewidth))
        self.tiled = bool(page.is_tiled)
        self.compressed = int(page.compression) != 1
        self._own_icc: bytes | None = page.iccprofile
        self._band_rows = int(page.tilelength if self.tiled else page.rowsperstrip)
        self._bands: OrderedDict[int, Tones] = OrderedDict()
        self._turn = threading.Lock()
        self.metadata = _metadata(stream)
        _, self.icc, note = self._converted(np.zeros((1, 1, *self._samples()), page.dtype))
        pages = count_pages(self._file)
        several = f"TIFF of {pages} pages: first page taken" if pages > 1 else None
        self.notes = tuple(filter(None, (several, note, *self.metadata.notes)))

    def rows(self, rows: slice) -> Tones:
        """Return rows as (rows, W) gray or (rows, W, 3) sRGB, as `Picture.tones` does.

        Raises:
            ImageReadError: a tile or strip is damaged.
        """
        step = self._band_rows
        with self._turn:
            first, last = rows.start // step, (rows.stop - 1) // step
            bands = [self._band(number) for number in range(first, last + 1)]
        joined: NDArray[Any] = bands[0] if len(bands) == 1 else np.concatenate(bands)
        return joined[rows.start - first * step : rows.stop - first * step]

    def _samples(self) -> tuple[int, ...]:
        return () if self._page.samplesperpixel == 1 else (3,)

    def _band(self, number: int) -> Tones:
        """Decode a row of tiles, or a strip; the last ones are kept."""
        if number in self._bands:
            self._bands.move_to_end(number)
            return self._bands[number]
        page, (height, width) = self._page, self.shape
        rows = min(self._band_rows, height - number * self._band_rows)
        band: Levels = np.zeros((rows, width, *self._samples()), page.dtype)
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
            np.subtract(np.iinfo(band.dtype).max, band, out=band)
        self._bands[number], _, _ = self._converted(band)
        if len(self._bands) > _KEPT_BANDS:
            self._bands.popitem(last=False)
        return self._bands[number]

    def _converted(self, band: Levels) -> tuple[Tones, bytes | None, str | None]:
        """A band in sRGB, the profile to carry from now on, and a note, as `to_srgb` answers."""
        if band.dtype != np.uint8:
            deep = band.astype(np.uint16, copy=False)
            samples = Samples(deep, "L" if band.ndim == 2 else "RGB")
            finer = finer_gray(samples, self._own_icc)
            levels, icc, note = to_srgb_u16(samples, self._own_icc)
            return levels if finer is None else with_finer(levels, finer), icc, note
        colour, icc, note = to_srgb(Image.fromarray(band), self._own_icc)
        return np.asarray(colour), icc, note

    def _decode(self, index: int, top: int, band: Levels) -> None:
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
    stream: BinaryIO,
    bands: Iterator[Levels],
    like: TiffRows,
    *,
    dtype: type[np.uint8 | np.uint16],
    xmp: bytes | None,
    icc: bytes,
) -> None:
    """Write bands (``BAND_ROWS``, W, 3) as one TIFF file, tiled and compressed as ``like``.

    Deflate stands for all compressions, and is always tiled; files over 4 GB become BigTIFF.
    ``xmp`` and ``icc`` are written, and the rest of the metadata of ``like``.
    """
    import tifffile

    height, width = like.shape
    tiled = like.tiled or like.compressed  # tifffile takes strips by rows only if uncompressed
    size = height * width * 3 * np.dtype(dtype).itemsize
    # The stream of an atomic file has a number for a name, which tifffile takes for a path.
    handle = tifffile.FileHandle(stream, name="picture.tif", offset=0, size=0)
    with tifffile.TiffWriter(handle, bigtiff=size > 2**32 - 2**25) as writer:
        writer.write(
            _tiles(bands) if tiled else bands,
            shape=(height, width, 3),
            dtype=dtype,
            photometric="rgb",
            tile=(BAND_ROWS, BAND_ROWS) if tiled else None,
            rowsperstrip=None if tiled else BAND_ROWS,
            compression="zlib" if like.compressed else None,
            compressionargs={"level": _DEFLATE_LEVEL} if like.compressed else None,
            maxworkers=_ENCODERS,
            predictor=like.compressed,
            metadata=None,
            software=False,
        )
    metadata = like.metadata
    exif = None if metadata.exif is None else rewritten_exif(metadata.exif)
    add_tags(stream, tiff_tags_of(exif, xmp=xmp, iptc=metadata.iptc, icc=icc, dpi=metadata.dpi))


def _metadata(stream: BinaryIO) -> Metadata:
    try:
        return tiff_metadata(tiff_tags(stream))
    except Exception:  # Pillow's parser answers damaged tags with any kind of error
        return Metadata(None, None, None, ("damaged tags left out",))


def _tiles(bands: Iterator[Levels]) -> Iterator[Levels]:
    for band in bands:
        for left in range(0, band.shape[1], BAND_ROWS):
            tile: Levels = np.zeros((BAND_ROWS, BAND_ROWS, 3), band.dtype)
            part = band[:, left : left + BAND_ROWS]
            tile[: part.shape[0], : part.shape[1]] = part
            yield tile


def _unsuited(page: Any) -> str:
    """Why a page cannot be read by rows; empty if it can."""
    kinds = {(0, 1), (1, 1), (2, 3)}  # photometric interpretation and samples
    orientation = page.tags.get(274)
    pixels = page.tilelength * page.imagewidth if page.is_tiled else 0
    pixels = pixels or page.rowsperstrip * page.imagewidth
    if page.dtype not in (np.uint8, np.uint16) or page.bitspersample != page.dtype.itemsize * 8:
        return f"{page.bitspersample}-bit TIFF"
    if (int(page.photometric), page.samplesperpixel) not in kinds or page.extrasamples:
        return f"TIFF of {page.samplesperpixel} channels"
    if int(page.planarconfig) != 1 or (orientation is not None and orientation.value != 1):
        return "TIFF of separate planes or turned on its side"
    if page.imagedepth != 1 or pixels > _MOST_SEGMENT_PIXELS:
        return "TIFF in one piece"
    return ""
