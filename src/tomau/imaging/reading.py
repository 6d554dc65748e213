"""Picture files in: every reason why one cannot be read becomes one line."""

from __future__ import annotations

import importlib
import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

from tomau.errors import ImageReadError
from tomau.imaging.conversion import convert
from tomau.imaging.formats import FORMATS, FileFormat, known_names

if TYPE_CHECKING:
    from tomau.imaging.picture import Picture

DEFAULT_MAX_PIXELS = 178_956_970
"""The size at which Pillow refuses a picture: half a gigabyte of RGB."""

_HEAD_BYTES = 16


def read_picture(
    source: str | Path | bytes | BinaryIO, *, max_pixels: int | None = DEFAULT_MAX_PIXELS
) -> Picture:
    """Read a picture file: upright, 8 bits, gray or sRGB; of several frames the first.

    The kind of file is told by its content, never by its name. The size is checked before
    pixels are decoded; ``max_pixels`` None means no limit. Safe to call from many threads.

    Raises:
        ImageReadError: missing, not a picture, damaged, truncated, or more than ``max_pixels``.
    """
    name = _name_of(source)
    try:
        with _open_source(source) as stream:
            return _read(stream, name, max_pixels)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise ImageReadError(_reason(name, error)) from error


def _read(stream: BinaryIO, name: str, max_pixels: int | None) -> Picture:
    head = stream.read(_HEAD_BYTES)
    if not head:
        raise ImageReadError(f"{name}: 0 bytes; expected a picture file: copy it again")
    file_format = _identify(head)
    if file_format is None:
        raise ImageReadError(
            f"{name}: not a picture (it begins with {head[:12]!r}); expected one of {known_names()}"
        )
    try:
        with _open(stream, file_format) as image:
            _check_size(image.size, name, max_pixels)
            note = _frames_note(image, file_format.name)
            picture = convert(image, file_format.name)
            return picture if note is None else replace(picture, notes=(note, *picture.notes))
    except ImageReadError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageReadError(
            f"{name}: too large for Pillow's {file_format.name} decoder; expected under "
            f"{DEFAULT_MAX_PIXELS} pixels: convert it to another format"
        ) from error
    except Exception as error:  # decoders answer damaged bytes with any kind of error
        raise ImageReadError(
            f"{name}: damaged or truncated {file_format.name} ({_one_line(error)}); "
            "expected a whole file: copy it again from where it came"
        ) from error


def _identify(head: bytes) -> FileFormat | None:
    """The format whose signature a file begins with."""
    for file_format in FORMATS:
        importlib.import_module(f"PIL.{file_format.plugin}")
        accept = Image.OPEN[file_format.name][1]
        # A text in place of True says that this Pillow was built without the format.
        if accept is not None and accept(head) is True:
            return file_format
    return None


def _open(stream: BinaryIO, file_format: FileFormat) -> Image.Image:
    """Read the header only.

    Image.open is passed by: its size limit is a global variable of the whole process and its
    warnings go through global filters, neither of which can be set safely among threads.
    Without a file name Pillow does not map the file into memory either, where a file that
    another program shortens would end the process.
    """
    factory = Image.OPEN[file_format.name][0]
    stream.seek(0)
    return factory(stream, "")


def _check_size(size: tuple[int, int], name: str, max_pixels: int | None) -> None:
    width, height = size
    if max_pixels is not None and width * height > max_pixels:
        raise ImageReadError(
            f"{name}: {width}x{height} is {width * height:,} pixels; expected at most "
            f"{max_pixels:,}: raise the limit (max_pixels, --max-pixels) if you trust the file"
        )


def _open_source(source: str | Path | bytes | BinaryIO) -> BinaryIO:
    if isinstance(source, (str, Path)):
        return Path(source).open("rb")
    # A stream may be a pipe, in which decoders could not go back.
    return io.BytesIO(source if isinstance(source, bytes) else source.read())


def _name_of(source: str | Path | bytes | BinaryIO) -> str:
    if isinstance(source, (str, Path)):
        return str(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "the given bytes"


def _frames_note(image: Image.Image, format_name: str) -> str | None:
    try:
        frames = int(getattr(image, "n_frames", 1))
    except Exception:  # a damaged later frame does not concern the first
        return None
    if frames < 2:
        return None
    if format_name == "TIFF":
        return f"TIFF of {frames} pages: first page taken"
    if format_name == "JPEG":
        return f"JPEG of {frames} pictures: first picture taken"
    return f"animated {format_name}: first of {frames} frames taken"


def _reason(name: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{name}: no such file; expected a picture file: check the name"
    if isinstance(error, IsADirectoryError):
        return f"{name}: a folder; expected a picture file: name one inside it"
    text = getattr(error, "strerror", None) or _one_line(error)
    return f"{name}: cannot be read ({text}); expected a readable file: check name and permissions"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
