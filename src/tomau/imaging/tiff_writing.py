"""TIFF files out: compressed pixels, and beside them every tag that a photograph brings."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, BinaryIO

from PIL import ExifTags, Image, TiffImagePlugin

from tomau.imaging.extras import load
from tomau.imaging.iptc import TIFF_TAG as _IPTC_TAG

if TYPE_CHECKING:
    from tomau.imaging.picture import Picture

_XMP_TAG = 700
_ICC_TAG = 34675
_INCH = 2
_STRIP_OFFSETS = 273
_LONG, _LONG8 = 4, 16
_KINDS = {_XMP_TAG: 1, _IPTC_TAG: 7, _ICC_TAG: 7}  # bytes, and bytes of no kind
# Rows of a strip: enough for compression to work, few enough for readers to take parts.
_STRIP_BYTES = 1 << 20
# Higher levels take twice the time and save less than one part in a hundred of a photograph.
_LEVEL = 1


def write_pixels(picture: Picture, stream: BinaryIO) -> None:
    """Write a picture of 8 or 16 bits per channel, compressed without loss, and no metadata.

    Raises:
        MissingExtraError: the packages are not installed.
        Exception: the encoder failed.
    """
    tifffile = load("tifffile", "compressed TIFF of 16 bits")
    pixels = picture.samples
    tifffile.imwrite(
        # Named, because a stream opened by its descriptor has a number for a name.
        tifffile.FileHandle(stream, name="picture", size=0),
        pixels,
        photometric="rgb" if picture.pixels.ndim == 3 else "minisblack",
        planarconfig="contig" if pixels.ndim == 3 else None,
        extrasamples=None if picture.alpha is None else ["unassalpha"],
        compression="zlib",
        compressionargs={"level": _LEVEL},
        predictor=True,
        rowsperstrip=max(1, _STRIP_BYTES // pixels[0].nbytes),
        metadata=None,
        software=False,
    )


def tiff_tags_of(
    exif: bytes | None,
    *,
    xmp: bytes | None,
    iptc: bytes | None,
    icc: bytes | None,
    dpi: tuple[float, float] | None,
) -> dict[int, Any]:
    """The tags of a TIFF file that hold its metadata; directories of EXIF stand as dictionaries.

    ``exif`` is a sound block, as `rewritten_exif` answers.
    """
    tags: dict[int, Any] = {}
    if exif is not None:
        block = Image.Exif()
        block.load(exif)
        tags |= dict(block)
        for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
            if directory in block:
                tags[directory] = dict(block.get_ifd(directory))
    if dpi is not None:
        tags[ExifTags.Base.XResolution], tags[ExifTags.Base.YResolution] = dpi
        tags[ExifTags.Base.ResolutionUnit] = _INCH
    blocks = {_XMP_TAG: xmp, _IPTC_TAG: iptc, _ICC_TAG: icc}
    return tags | {tag: block for tag, block in blocks.items() if block is not None}


def add_tags(stream: BinaryIO, tags: dict[int, Any]) -> None:
    """Add tags to the first directory of a TIFF file that lies in a stream.

    The directory is written anew at the end, because no library writes the directories of
    camera and place beside compressed pixels.
    """
    if not tags:
        return
    stream.seek(0)
    head = stream.read(16)
    is_big = head[2:4] in (b"+\0", b"\0+")
    head = head if is_big else head[:8]
    written = TiffImagePlugin.ImageFileDirectory_v2(head)
    stream.seek(written.next)
    written.load(stream)
    renewed = TiffImagePlugin.ImageFileDirectory_v2(head)
    for tag, value in (dict(written) | tags).items():
        renewed[tag] = value
        kind = _KINDS.get(tag) if tag in tags else written.tagtype[tag]
        if kind is not None:
            renewed.tagtype[tag] = kind
    offsets = renewed.get(_STRIP_OFFSETS)  # none in a file of tiles
    if offsets is not None:
        renewed[_STRIP_OFFSETS] = (0,) * len(offsets)
        renewed.tagtype[_STRIP_OFFSETS] = _LONG8 if is_big else _LONG
    end = stream.seek(0, 2)
    place = end + end % 2
    block = bytearray(renewed.tobytes(place))
    order = "<" if head[:1] == b"I" else ">"
    if offsets is not None:
        _set_strip_offsets(block, place, offsets, order, is_big=is_big)
    stream.write(b"\0" * (end % 2) + block)
    stream.seek(8 if is_big else 4)
    stream.write(struct.pack(order + ("Q" if is_big else "I"), place))
    stream.seek(0, 2)


def _set_strip_offsets(
    block: bytearray, place: int, offsets: tuple[int, ...], order: str, *, is_big: bool
) -> None:
    """Put the strips' places into a directory that begins at ``place`` of a file.

    Pillow takes them for distances from the directory's own end, which the pixels lie before.
    """
    word, size = ("Q", 8) if is_big else ("I", 4)
    first = size if is_big else 2
    (count,) = struct.unpack_from(order + ("Q" if is_big else "H"), block)
    for entry in range(first, first + count * (4 + 2 * size), 4 + 2 * size):
        if struct.unpack_from(f"{order}H", block, entry) == (_STRIP_OFFSETS,):
            at = entry + 4 + size
            if len(offsets) > 1:
                at = struct.unpack_from(order + word, block, at)[0] - place
            struct.pack_into(f"{order}{len(offsets)}{word}", block, at, *offsets)
