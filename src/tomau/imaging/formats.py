"""The one table of picture file formats: extensions, Pillow's names, what each can hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileFormat:
    """What tomau knows of a file format; the first extension is the usual one.

    ``name`` and ``plugin`` are Pillow's; ``alpha``, ``exif``, ``xmp``, ``icc`` and ``dpi`` tell
    what a written file holds; ``parses_exif`` that Pillow's writer takes EXIF apart and fails if
    it is damaged; ``max_side`` is the longest side in pixels; ``metadata_limit`` is
    the most bytes that one EXIF or XMP block may have.
    """

    name: str
    plugin: str
    extensions: tuple[str, ...]
    alpha: bool = False
    exif: bool = False
    parses_exif: bool = False
    xmp: bool = False
    icc: bool = False
    dpi: bool = False
    max_side: int = 2**31 - 1
    metadata_limit: int = 2**31 - 1


JPEG = FileFormat(
    "JPEG",
    "JpegImagePlugin",
    (".jpg", ".jpeg", ".jpe", ".jfif"),
    exif=True,
    xmp=True,
    icc=True,
    dpi=True,
    max_side=65500,  # libjpeg's own limit, a little under the 16 bits of the header
    metadata_limit=65504,  # one 64 KiB marker less the name that stands before XMP
)
PNG = FileFormat(
    "PNG", "PngImagePlugin", (".png",), alpha=True, exif=True, xmp=True, icc=True, dpi=True
)
WEBP = FileFormat(
    "WEBP",
    "WebPImagePlugin",
    (".webp",),
    alpha=True,
    exif=True,
    xmp=True,
    icc=True,
    max_side=16383,
)
TIFF = FileFormat(
    "TIFF",
    "TiffImagePlugin",
    (".tif", ".tiff"),
    alpha=True,
    exif=True,
    parses_exif=True,
    xmp=True,
    icc=True,
    dpi=True,
)
AVIF = FileFormat(
    "AVIF",
    "AvifImagePlugin",
    (".avif",),
    alpha=True,
    exif=True,
    parses_exif=True,
    xmp=True,
    icc=True,
    max_side=65536,
)
GIF = FileFormat("GIF", "GifImagePlugin", (".gif",), alpha=True, max_side=65535)
BMP = FileFormat("BMP", "BmpImagePlugin", (".bmp", ".dib"), dpi=True)
PPM = FileFormat("PPM", "PpmImagePlugin", (".ppm", ".pgm", ".pbm", ".pnm"))

FORMATS: tuple[FileFormat, ...] = (JPEG, PNG, WEBP, TIFF, AVIF, GIF, BMP, PPM)

_BY_NAME = {file_format.name: file_format for file_format in FORMATS} | {"MPO": JPEG}
_BY_EXTENSION = {
    extension: file_format for file_format in FORMATS for extension in file_format.extensions
}


def find_format(name: str) -> FileFormat | None:
    """Find a format by Pillow's name or by an extension, with or without the dot, in any case.

    >>> find_format("jpg").name, find_format(".TIF").name, find_format("xcf")
    ('JPEG', 'TIFF', None)
    """
    return _BY_NAME.get(name.upper()) or _BY_EXTENSION.get(f".{name.lower().lstrip('.')}")


def known_names() -> str:
    """The names of all formats, for a message."""
    return ", ".join(file_format.name for file_format in FORMATS)


def known_extensions() -> str:
    """The usual extensions of all formats, for a message."""
    return ", ".join(file_format.extensions[0] for file_format in FORMATS)
