"""EXIF, XMP, IPTC and resolution: kept as they came, but for the orientation, then applied."""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image

from tomau.imaging.iptc import image_iptc, tags_iptc
from tomau.imaging.resolution import exif_resolution

if TYPE_CHECKING:
    from collections.abc import Iterator

EXIF_HEAD = b"Exif\x00\x00"
_UPRIGHT = 1
_FIRST_QUARTER_TURN = 5  # orientations 5 to 8 exchange width and height
_SHORT = 3
_XMP_TAG = 700
_ORIENTATION_IN_XMP = re.compile(rb'(tiff:Orientation(?:="|>))[2-8]')

# In a TIFF file EXIF shares its directory with the layout of the pixels, which must not be
# carried into another file: these are the tags that speak of the photograph.
_DESCRIPTIVE_TAGS = (
    ExifTags.Base.DocumentName,
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Orientation,
    ExifTags.Base.PageName,
    ExifTags.Base.Software,
    ExifTags.Base.DateTime,
    ExifTags.Base.Artist,
    ExifTags.Base.HostComputer,
    ExifTags.Base.Rating,
    ExifTags.Base.RatingPercent,
    ExifTags.Base.Copyright,
    ExifTags.Base.XPTitle,
    ExifTags.Base.XPComment,
    ExifTags.Base.XPAuthor,
    ExifTags.Base.XPKeywords,
    ExifTags.Base.XPSubject,
)


@dataclass(frozen=True)
class Metadata:
    """What a file says of its picture, as if it had been upright all along."""

    exif: bytes | None
    xmp: bytes | None
    dpi: tuple[float, float] | None
    notes: tuple[str, ...]
    iptc: bytes | None = None


def read_metadata(image: Image.Image) -> Metadata:
    """Collect the metadata of a Pillow image, of TIFF before its pixels are decoded.

    Damaged metadata never costs the picture: it is left out, and a note says so.
    """
    notes = []
    exif = None
    try:
        tags = image.getexif()
        block = image.info.get("exif")
        exif = upright_exif(block) if isinstance(block, bytes) else descriptive_exif(tags)
    except Exception:  # Pillow's parser answers damaged blocks with any kind of error
        notes.append("damaged EXIF left out")
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    dpi = _dpi(image.info.get("dpi"), orientation(image)) or _resolution(image)
    return Metadata(exif, upright_xmp(xmp), dpi, tuple(notes), image_iptc(image))


def tiff_metadata(tags: Image.Exif) -> Metadata:
    """Collect the metadata of the first directory of a TIFF file whose pixels Pillow cannot read.

    As in read_metadata, damage costs a note.
    """
    exif, notes = None, []
    try:
        exif = descriptive_exif(tags)
    except Exception:  # as in read_metadata
        notes.append("damaged EXIF left out")
    turn = upright_turn(tags)
    dpi = _dpi(exif_resolution(tags), turn)
    return Metadata(exif, upright_xmp(tags.get(_XMP_TAG)), dpi, tuple(notes), tags_iptc(tags))


def upright_turn(tags: Image.Exif) -> int:
    """The orientation 1..8 that EXIF tags ask for; 1, upright, if it is damaged."""
    value = tags.get(ExifTags.Base.Orientation, _UPRIGHT)
    return value if isinstance(value, int) and 1 <= value <= 8 else _UPRIGHT


def orientation(image: Image.Image) -> int:
    """The orientation 1..8 that is still to be applied to an image's pixels; 1 is upright.

    Pillow applies that of TIFF files while it decodes them, and no other: ask again afterwards.
    """
    try:
        return upright_turn(image.getexif())
    except Exception:  # as in read_metadata
        return _UPRIGHT


def upright_exif(exif: bytes) -> bytes | None:
    """Set the orientation of an EXIF block to 1 and unlink its thumbnail; None if it is empty.

    Two numbers change in place and every other byte stays, so that maker notes and private tags
    survive. The thumbnail goes because it shows the picture as it was before.

    Raises:
        ValueError: the block is damaged.
    """
    body = bytearray(exif.removeprefix(EXIF_HEAD))
    if not body:
        return None
    order = {b"II": "<", b"MM": ">"}.get(bytes(body[:2]))
    if order is None:
        raise ValueError("neither II nor MM at the head of the EXIF block")
    try:
        entries, end = _entries(body, order)
        for entry in entries:
            tag, kind, count = struct.unpack_from(f"{order}HHI", body, entry)
            if (tag, kind, count) == (ExifTags.Base.Orientation, _SHORT, 1):
                struct.pack_into(f"{order}H", body, entry + 8, _UPRIGHT)
        struct.pack_into(f"{order}I", body, end, 0)
    except struct.error as error:
        raise ValueError(f"EXIF block shorter than it says: {error}") from error
    return EXIF_HEAD + bytes(body)


def descriptive_exif(tags: Image.Exif) -> bytes | None:
    """Write the tags that speak of the photograph, camera and place into a new EXIF block.

    The orientation becomes 1; None if no other tag is there.
    """
    kept = Image.Exif()
    kept.endian = tags.endian
    for tag in _DESCRIPTIVE_TAGS:
        if tag in tags:
            kept[tag] = tags[tag]
    camera = dict(tags.get_ifd(ExifTags.IFD.Exif))
    if ExifTags.IFD.Interop in camera:
        camera[ExifTags.IFD.Interop] = dict(tags.get_ifd(ExifTags.IFD.Interop))
    for directory, values in (
        (ExifTags.IFD.Exif, camera),
        (ExifTags.IFD.GPSInfo, dict(tags.get_ifd(ExifTags.IFD.GPSInfo))),
    ):
        if values:
            kept[directory] = values
    if set(kept) <= {ExifTags.Base.Orientation}:
        return None
    if ExifTags.Base.Orientation in kept:
        kept[ExifTags.Base.Orientation] = _UPRIGHT
    return kept.tobytes()


def rewritten_exif(exif: bytes) -> bytes | None:
    """Pass an EXIF block through Pillow's parser once, as far as descriptive_exif keeps it.

    For formats whose writers parse the block again and fail on damage; None if it is damaged.
    """
    try:
        tags = Image.Exif()
        tags.load(exif)
        rewritten = descriptive_exif(tags)
        # Some damage shows only when what was written is taken apart and written once more.
        tags.load(rewritten or b"")
        tags.tobytes()
        return rewritten
    except Exception:  # as in read_metadata
        return None


def _entries(body: bytearray, order: str) -> tuple[Iterator[int], int]:
    """Offsets of the entries of the first directory, and of the link that follows them."""
    (start,) = struct.unpack_from(f"{order}I", body, 4)
    (count,) = struct.unpack_from(f"{order}H", body, start)
    end = start + 2 + 12 * count
    if end + 4 > len(body):
        raise ValueError(f"an EXIF directory of {count} entries in {len(body)} bytes")
    return iter(range(start + 2, end, 12)), end


def upright_xmp(packet: Any) -> bytes | None:
    """An XMP packet as bytes with orientation 1; None where there is none."""
    if isinstance(packet, str):
        packet = packet.encode()
    if not isinstance(packet, bytes) or not packet:
        return None
    return _ORIENTATION_IN_XMP.sub(rb"\g<1>1", packet)


def _resolution(image: Image.Image) -> tuple[float, float] | None:
    """The resolution that stands in EXIF alone, as in WebP, AVIF and HEIF files."""
    if "dpi" in image.info or "exif" not in image.info:
        return None
    try:
        return _dpi(exif_resolution(image.getexif()), orientation(image))
    except Exception:  # as in read_metadata
        return None


def _dpi(resolution: Any, turn: int) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in resolution)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    # Pillow says 1 where a TIFF file says nothing.
    if not all(math.isfinite(value) and 1 < value < 1e6 for value in (across, down)):
        return None
    return (down, across) if turn >= _FIRST_QUARTER_TURN else (across, down)
