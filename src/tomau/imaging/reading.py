"""Picture files in: every reason why one cannot be read becomes one line."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from PIL import Image

from tomau.errors import ImageReadError, MissingExtraError
from tomau.imaging.conversion import convert, convert_deep
from tomau.imaging.deep import deep_bits, read_deep
from tomau.imaging.extras import KEEPS_DEPTH, has_deep
from tomau.imaging.formats import RAW, TIFF, FileFormat, known_names
from tomau.imaging.identification import (
    HEAD_BYTES,
    identify,
    is_raw_tiff,
    open_by_pillow,
    tiff_tags,
)
from tomau.imaging.metadata import (
    Metadata,
    orientation,
    read_metadata,
    tiff_metadata,
    upright_turn,
)
from tomau.imaging.raw import read_raw
from tomau.imaging.tiff_reading import needs_tifffile, read_tiff

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomau.imaging.picture import Picture

DEFAULT_MAX_PIXELS = 178_956_970
"""The size at which Pillow refuses a picture: half a gigabyte of RGB."""

_ICC_TAG = 34675

CheckSize: TypeAlias = "Callable[[tuple[int, int]], None]"


def read_picture(
    source: str | Path | bytes | BinaryIO, *, max_pixels: int | None = DEFAULT_MAX_PIXELS
) -> Picture:
    """Read a picture file: upright, 8 or 16 bits, gray or sRGB; of several frames the first.

    The kind of file is told by its content, never by its name. The size is checked before
    pixels are decoded; ``max_pixels`` None means no limit. Safe to call from many threads.
    What has more than 8 bits per channel is brought to 16 by the packages of the extra
    ``formats``; without them to 8, where Pillow can, and a note says so.

    Raises:
        MissingExtraError: only those packages can read the file.
        ImageReadError: missing, not a picture, damaged, truncated, or more than ``max_pixels``.
    """
    name = _name_of(source)
    try:
        with _open_source(source) as stream:
            return _read(stream, name, max_pixels)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise ImageReadError(_reason(name, error)) from error


def _read(stream: BinaryIO, name: str, max_pixels: int | None) -> Picture:
    head = stream.read(HEAD_BYTES)
    if not head:
        raise ImageReadError(f"{name}: 0 bytes; expected a picture file: copy it again")
    file_format = identify(head)
    if file_format is None:
        raise ImageReadError(
            f"{name}: not a picture (it begins with {head[:12]!r}); expected one of {known_names()}"
        )
    try:
        return _READERS.get(file_format.name, _read_by_pillow)(
            stream, file_format, lambda size: _check_size(size, name, max_pixels)
        )
    except (ImageReadError, MissingExtraError):
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


def _read_by_pillow(stream: BinaryIO, file_format: FileFormat, check: CheckSize) -> Picture:
    with open_by_pillow(stream, file_format) as image:
        check(image.size)
        note = _frames_note(image, file_format.name)
        is_deep = deep_bits(image, stream, file_format) > 8
        if is_deep and file_format is not TIFF and has_deep():
            samples = read_deep(stream, file_format)
            image.load()  # PNG may hold metadata behind the pixels
            metadata, icc = read_metadata(image), image.info.get("icc_profile") or None
            turn = orientation(image)
            picture = convert_deep(samples, metadata, icc, turn, file_format.name)
        else:
            picture = convert(image, file_format.name)
            if is_deep:
                lost = f"bits beyond 8 lost: {KEEPS_DEPTH}"
                picture = replace(picture, notes=(*picture.notes, lost))
    return picture if note is None else replace(picture, notes=(note, *picture.notes))


def _read_tiff(stream: BinaryIO, file_format: FileFormat, check: CheckSize) -> Picture:
    """Read a TIFF file: by Pillow what fits into 8 bits, the rest by tifffile, raw by LibRaw."""
    tags = tiff_tags(stream)
    if is_raw_tiff(tags):
        return _read_raw(stream, RAW, check)
    if not (needs_tifffile(tags) and has_deep()):
        try:
            return _read_by_pillow(stream, file_format, check)
        except (SyntaxError, KeyError) as error:  # a layout that Pillow does not know
            if "not a TIFF file" in str(error):
                raise
    samples = read_tiff(stream, check)
    icc = tags.get(_ICC_TAG)
    icc = icc if isinstance(icc, bytes) and icc else None
    turn = upright_turn(tags)
    return convert_deep(samples, tiff_metadata(tags), icc, turn, file_format.name)


def _read_raw(stream: BinaryIO, file_format: FileFormat, check: CheckSize) -> Picture:
    samples = read_raw(stream, check)
    try:
        metadata = replace(tiff_metadata(tiff_tags(stream)), dpi=None)
    except Exception:  # not every kind of raw file is built like TIFF
        metadata = Metadata(None, None, None, ())
    return convert_deep(samples, metadata, None, 1, file_format.name)


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


_READERS = {TIFF.name: _read_tiff, RAW.name: _read_raw}
