"""Picture files out: whole or not at all, with as much of the input's metadata as they hold."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tomau.errors import ImageWriteError, MissingExtraError, UsageError
from tomau.imaging.atomic import atomic_output
from tomau.imaging.encoding import encode, holds
from tomau.imaging.extras import KEEPS_DEPTH, has_deep
from tomau.imaging.formats import FileFormat, find_format, writable_extensions, writable_names

if TYPE_CHECKING:
    from tomau.imaging.picture import Picture


def write_picture(
    picture: Picture,
    target: str | Path | BinaryIO,
    *,
    format: str | None = None,  # noqa: A002 - the word that users and Pillow have for it
    quality: int = 95,
    overwrite: bool = False,
) -> None:
    """Write a picture file; a path appears whole or not at all.

    ``format`` is Pillow's name or an extension; None goes by the target's extension, and for a
    stream by the picture's own format. ``quality`` 1..100 is the encoder's own scale in JPEG,
    WebP (where 100 is lossless), AVIF and HEIF, of which all but WebP keep chroma at full
    resolution. PNG and TIFF keep 16 bits, by the packages of the extra ``formats``.
    What the format cannot hold is left out: ask ``losses`` beforehand.

    Raises:
        ImageWriteError: the target exists and ``overwrite`` is False, cannot be written, has an
            unknown extension, or the format cannot hold a picture of this size.
        MissingExtraError: the packages that write the format are not installed.
        UsageError: ``quality`` is out of range.
    """
    if not 1 <= quality <= 100:
        raise UsageError(f"quality {quality} came; expected 1 to 100, 95 is hard to tell from 100")
    path = Path(target) if isinstance(target, (str, Path)) else None
    file_format = _choose_format(format, path, picture)
    name = str(path) if path is not None else f"a {file_format.name} stream"
    if max(picture.height, picture.width) > file_format.max_side:
        raise ImageWriteError(
            f"{name}: {picture.width}x{picture.height} came; expected sides of at most "
            f"{file_format.max_side} pixels in {file_format.name}: write PNG or TIFF"
        )
    try:
        if path is None:
            buffer = io.BytesIO()  # some encoders go back in their output, which a pipe cannot
            encode(picture, buffer, file_format, quality)
            target.write(buffer.getbuffer())  # type: ignore[union-attr]  # a path went the other way
            return
        if not overwrite and path.exists():
            raise FileExistsError
        with atomic_output(path, overwrite=overwrite) as stream:
            encode(picture, stream, file_format, quality)
    except MissingExtraError:
        raise
    except Exception as error:  # encoders fail with any kind of error
        raise ImageWriteError(_reason(name, error)) from error


def losses(picture: Picture, format: str) -> tuple[str, ...]:  # noqa: A002 - as above
    """What of a picture a file of a format cannot hold, a line each for the user.

    Raises:
        ImageWriteError: the format is unknown.
    """
    file_format = _named_format(format)
    lost = []
    if picture.alpha is not None and not file_format.alpha:
        lost.append(f"{file_format.name} holds no transparency: left out")
    if picture.bits > 8 and not file_format.deep:
        lost.append(f"{file_format.name} holds 8 bits per channel: {picture.bits} brought to 8")
    elif picture.bits > 8 and not has_deep():
        lost.append(f"{picture.bits} bits per channel brought to 8: {KEEPS_DEPTH}")
    if file_format.name == "GIF":
        lost.append("GIF holds 256 colours, and transparency by whole pixels only")
    for kind, block, capable in (
        ("EXIF", picture.exif, file_format.exif),
        ("XMP", picture.xmp, file_format.xmp),
        ("IPTC", picture.iptc, file_format.iptc),
    ):
        if block is not None and not holds(capable, block, file_format):
            size = f" of {len(block):,} bytes" if capable else ""
            lost.append(f"{file_format.name} holds no {kind}{size}: left out")
    return tuple(lost)


def _choose_format(name: str | None, path: Path | None, picture: Picture) -> FileFormat:
    if name is not None:
        return _named_format(name)
    if path is None:
        return _named_format(picture.format)
    by_extension = find_format(path.suffix) if path.suffix else None
    if by_extension is None or not by_extension.writable:
        raise ImageWriteError(
            f"{path}: no picture format that can be written has the extension {path.suffix!r}; "
            f"expected one of {writable_extensions()}"
        )
    return by_extension


def _named_format(name: str) -> FileFormat:
    file_format = find_format(name)
    if file_format is None or not file_format.writable:
        raise ImageWriteError(f"format {name!r} came; expected one of {writable_names()}")
    return file_format


def _reason(name: str, error: Exception) -> str:
    if isinstance(error, FileExistsError):
        return f"{name}: is there already; expected a new name, or overwrite (--overwrite)"
    if isinstance(error, FileNotFoundError):
        return f"{name}: its folder does not exist; expected one that does: make it first"
    if isinstance(error, IsADirectoryError):
        return f"{name}: a folder; expected the name of a file"
    text = getattr(error, "strerror", None) or " ".join(str(error).split())
    return f"{name}: cannot be written ({text or type(error).__name__}); check folder and disk"
