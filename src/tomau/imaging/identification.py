"""The kind of a picture file, told by its first bytes and never by its name."""

from __future__ import annotations

import importlib
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

from PIL import ExifTags, Image

from tomau.imaging.extras import load
from tomau.imaging.formats import FORMATS, HEIF, RAW, TIFF, FileFormat

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD_BYTES = 64

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_RAW_HEADS = (b"FUJIFILMCCD-RAW", b"IIRO", b"MMOR", b"IIRS", b"IIU\0", b"II*\0\x10\0\0\0CR")
_BIG_TIFF = (b"II+\0", b"MM\0+")
_DNG_VERSION = 50706
_SUB_DIRECTORIES = 330
_NEW_SUBFILE_TYPE = 254
_REDUCED = 1


def identify(head: bytes) -> FileFormat | None:
    """The format whose signature stands in the first HEAD_BYTES bytes of a file.

    >>> identify(b"BM" + bytes(62)).name
    'BMP'
    """
    brands = _brands(head)
    if brands & _HEIF_BRANDS:
        return HEIF
    if b"crx " in brands or head.startswith(_RAW_HEADS):
        return RAW
    for file_format in FORMATS:
        if file_format.extra is not None:
            continue
        accept = plugin(file_format)[1]
        # A text in place of True says that this Pillow was built without the format.
        if accept is not None and accept(head) is True:
            return file_format
    return TIFF if head.startswith(_BIG_TIFF) else None


def plugin(file_format: FileFormat) -> tuple[Callable[..., Image.Image], Any]:
    """What Pillow opens a format with, and what tells its signature.

    Raises:
        MissingExtraError: the package that brings it is not installed.
    """
    if file_format is HEIF:
        load(file_format.plugin, f"{file_format.name} (HEIC)").register_heif_opener(
            thumbnails=False
        )
    else:
        importlib.import_module(f"PIL.{file_format.plugin}")
    return Image.OPEN[file_format.name]


def open_by_pillow(stream: BinaryIO, file_format: FileFormat) -> Image.Image:
    """Read the header of a file only.

    Image.open is passed by: its size limit is a global variable of the whole process and its
    warnings go through global filters, neither of which can be set safely among threads.
    Without a file name Pillow does not map the file into memory either, where a file that
    another program shortens would end the process.

    Raises:
        MissingExtraError: the package that reads the format is not installed.
        Exception: the plugins answer damaged bytes with any kind of error.
    """
    factory = plugin(file_format)[0]
    stream.seek(0)
    return factory(stream, "")


def tiff_tags(stream: BinaryIO) -> Image.Exif:
    """The first directory of a TIFF file, which in a TIFF file holds its EXIF as well.

    Pillow's parser raises any kind of error on damage.
    """
    stream.seek(0)
    head = stream.read(16)
    tags = Image.Exif()
    if head.startswith(_BIG_TIFF):
        tags.bigtiff = True
        tags.endian = "<" if head[:1] == b"I" else ">"
        (place,) = struct.unpack(f"{tags.endian}Q", head[8:16])
        tags.load_from_fp(stream, place)
    else:
        stream.seek(0)
        tags.load_from_fp(stream)
    return tags


def is_raw_tiff(tags: Image.Exif) -> bool:
    """Whether a TIFF file is a camera's raw file: a DNG, or a small preview before the negative.

    Nikon, Canon, Sony, Pentax and Samsung write the preview into the first directory, marked as
    of reduced resolution, and link what the sensor saw.
    """
    if _DNG_VERSION in tags:
        return True
    kind = tags.get(_NEW_SUBFILE_TYPE)
    reduced = isinstance(kind, int) and bool(kind & _REDUCED)
    return reduced and _SUB_DIRECTORIES in tags and ExifTags.Base.Make in tags


def _brands(head: bytes) -> set[bytes]:
    """The brands of an ISO media file, none of any other."""
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[place : place + 4] for place in range(16, end - 3, 4))}
