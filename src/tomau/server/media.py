"""What a file format is called: its media type, its extension."""

from __future__ import annotations

from PIL import Image

from tomau.imaging import find_format

_MEDIA_TYPES = {"RAW": "application/octet-stream", "PPM": "image/x-portable-anymap"}


def media_type(file_format: str) -> str:
    """Media type of a file format, by its name."""
    return (
        _MEDIA_TYPES.get(file_format) or Image.MIME.get(file_format) or _own_media_type(file_format)
    )


def look_type(look: bytes) -> str:
    """Media type of what `view` made."""
    return "image/webp" if look[:4] == b"RIFF" else "image/jpeg"


def extension(file_format: str) -> str:
    """Usual extension of a file format, with its dot."""
    known = find_format(file_format)
    return known.extensions[0] if known else ""


def _own_media_type(file_format: str) -> str:
    return (
        f"image/{file_format.lower()}" if find_format(file_format) else "application/octet-stream"
    )
