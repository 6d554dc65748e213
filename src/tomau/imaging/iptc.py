"""IPTC captions: carried between JPEG and TIFF as they came, not a byte changed."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

TIFF_TAG = 33723
_RESOURCE = 0x0404  # of the image resources of Photoshop, where JPEG files keep their IPTC
_RECORD_MARK = 0x1C


def image_iptc(image: Image.Image) -> bytes | None:
    """The IPTC records of a Pillow image: of JPEG by its resources, of TIFF by its tag."""
    resources = image.info.get("photoshop")
    if isinstance(resources, dict):
        return _sound(resources.get(_RESOURCE))
    tags = getattr(image, "tag_v2", None)
    return None if tags is None else tags_iptc(tags)


def tags_iptc(tags: Any) -> bytes | None:
    """The IPTC records of a TIFF directory, be it Pillow's or that of an Image.Exif.

    Taken as they lie in the file, as Pillow's own IPTC plugin does: many programs declare them
    as 32-bit numbers, of which Pillow keeps the first alone.
    """
    directory = getattr(tags, "_info", tags)
    return _sound(getattr(directory, "_tagdata", {}).get(TIFF_TAG))


def jpeg_segment(iptc: bytes) -> bytes:
    """The APP13 segment of a JPEG file that holds IPTC records as a Photoshop image resource.

    Source: Adobe Photoshop File Formats Specification, Image Resource Blocks.
    """
    resource = b"8BIM" + struct.pack(">HHI", _RESOURCE, 0, len(iptc)) + iptc
    body = b"Photoshop 3.0\0" + resource + b"\0" * (len(iptc) % 2)
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def _sound(value: Any) -> bytes | None:
    """Records as bytes; None for anything that cannot be IPTC."""
    if isinstance(value, bytes) and value[:1] == bytes([_RECORD_MARK]):
        return value
    return None
