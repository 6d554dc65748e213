"""Picture files: bytes or paths to Pictures and back, with everything else a file holds."""

from __future__ import annotations

from tomau.imaging.conversion import from_pil, to_pil
from tomau.imaging.formats import FORMATS, FileFormat, find_format
from tomau.imaging.icc_deep import OutputProfile, from_srgb, output_profile
from tomau.imaging.picture import Levels, Picture, Tones
from tomau.imaging.provenance import with_history
from tomau.imaging.quiet import silence_decoders
from tomau.imaging.reading import DEFAULT_MAX_PIXELS, read_picture
from tomau.imaging.writing import losses, write_picture

__all__ = [
    "DEFAULT_MAX_PIXELS",
    "FORMATS",
    "FileFormat",
    "Levels",
    "OutputProfile",
    "Picture",
    "Tones",
    "find_format",
    "from_pil",
    "from_srgb",
    "losses",
    "output_profile",
    "read_picture",
    "silence_decoders",
    "to_pil",
    "with_history",
    "write_picture",
]
