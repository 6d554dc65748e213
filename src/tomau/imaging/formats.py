"""The one table of picture file formats: extensions, Pillow's names, what each can hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileFormat:
    """What tomau knows of a file format; the first extension is the usual one.

    ``name`` and ``plugin`` are Pillow's ("RAW", which Pillow does not know, is ours); ``alpha``,
    ``exif``, ``xmp``, ``iptc``, ``icc`` and ``dpi`` tell what a written file holds, and ``deep``
    that it holds 16 bits per channel; ``parses_exif`` that the writer takes EXIF apart and fails
    if it is damaged; ``max_side`` is the longest side in pixels; ``metadata_limit`` is the most
    bytes that one EXIF, XMP or IPTC block may have. ``writable`` is False for what is read only;
    ``extra`` names the extra whose packages read and write the format.
    """

    name: str
    plugin: str
    extensions: tuple[str, ...]
    alpha: bool = False
    exif: bool = False
    parses_exif: bool = False
    xmp: bool = False
    iptc: bool = False
    icc: bool = False
    dpi: bool = False
    deep: bool = False
    writable: bool = True
    extra: str | None = None
    max_side: int = 2**31 - 1
    metadata_limit: int = 2**31 - 1


JPEG = FileFormat(
    "JPEG",
    "JpegImagePlugin",
    (".jpg", ".jpeg", ".jpe", ".jfif"),
    exif=True,
    xmp=True,
    iptc=True,
    icc=True,
    dpi=True,
    max_side=65500,  # libjpeg's own limit, a little under the 16 bits of the header
    metadata_limit=65504,  # one 64 KiB marker less the name that stands before XMP
)
PNG = FileFormat(
    "PNG",
    "PngImagePlugin",
    (".png",),
    alpha=True,
    exif=True,
    xmp=True,
    icc=True,
    dpi=True,
    deep=True,
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
    iptc=True,
    icc=True,
    dpi=True,
    deep=True,
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
HEIF = FileFormat(
    "HEIF",
    "pillow_heif",
    (".heic", ".heif", ".hif"),
    alpha=True,
    exif=True,
    parses_exif=True,
    xmp=True,
    icc=True,
    max_side=16384,  # of the HEVC encoder
    extra="formats",
)
JPEG2000 = FileFormat(
    "JPEG2000", "Jpeg2KImagePlugin", (".jp2", ".j2k", ".jpx", ".jpf", ".j2c"), writable=False
)
RAW = FileFormat(
    "RAW",
    "rawpy",
    (".dng", ".nef", ".cr2", ".cr3", ".arw", ".raf", ".orf", ".rw2", ".pef", ".srw"),
    writable=False,
    extra="formats",
)

FORMATS: tuple[FileFormat, ...] = (
    JPEG,
    PNG,
    WEBP,
    TIFF,
    AVIF,
    GIF,
    BMP,
    PPM,
    HEIF,
    JPEG2000,
    RAW,
)

_BY_NAME = {file_format.name: file_format for file_format in FORMATS} | {"MPO": JPEG}
_WRITABLE = [file_format for file_format in FORMATS if file_format.writable]
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


def writable_names() -> str:
    """The names of the formats that can be written, for a message."""
    return ", ".join(file_format.name for file_format in _WRITABLE)


def writable_extensions() -> str:
    """The usual extensions of the formats that can be written, for a message."""
    return ", ".join(file_format.extensions[0] for file_format in _WRITABLE)
