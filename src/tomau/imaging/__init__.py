"""Picture files: bytes or paths to Pictures and back, with everything else a file holds."""

from __future__ import annotations

from tomau.imaging.conversion import from_pil, to_pil
from tomau.imaging.formats import FORMATS, FileFormat, find_format
from tomau.imaging.picture import Picture
from tomau.imaging.reading import DEFAULT_MAX_PIXELS, read_picture
from tomau.imaging.writing import losses, write_picture

__all__ = [
    "DEFAULT_MAX_PIXELS",
    "FORMATS",
    "FileFormat",
    "Picture",
    "find_format",
    "from_pil",
    "losses",
    "read_picture",
    "to_pil",
    "write_picture",
]
