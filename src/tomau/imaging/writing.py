"""Picture files out: whole or not at all, with as much of the input's metadata as they hold."""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, PngImagePlugin

from tomau.errors import ImageWriteError, UsageError
from tomau.imaging.atomic import atomic_output
from tomau.imaging.conversion import to_pil
from tomau.imaging.formats import FileFormat, find_format, known_extensions, known_names
from tomau.imaging.metadata import rewritten_exif
from tomau.imaging.picture import Picture

_TIFF_XMP_TAG = 700


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
    WebP (where 100 is lossless) and AVIF; JPEG and AVIF keep chroma at full resolution.
    What the format cannot hold is left out: ask ``losses`` beforehand.

    Raises:
        ImageWriteError: the target exists and ``overwrite`` is False, cannot be written, has an
            unknown extension, or the format cannot hold a picture of this size.
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
            _encode(picture, buffer, file_format, quality)
            target.write(buffer.getbuffer())  # type: ignore[union-attr]  # a path went the other way
            return
        if not overwrite and path.exists():
            raise FileExistsError
        with atomic_output(path, overwrite=overwrite) as stream:
            _encode(picture, stream, file_format, quality)
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
    if file_format.name == "GIF":
        lost.append("GIF holds 256 colours, and transparency by whole pixels only")
    for kind, block, capable in (
        ("EXIF", picture.exif, file_format.exif),
        ("XMP", picture.xmp, file_format.xmp),
    ):
        if block is not None and not _holds(capable, block, file_format):
            size = f" of {len(block):,} bytes" if capable else ""
            lost.append(f"{file_format.name} holds no {kind}{size}: left out")
    return tuple(lost)


def _choose_format(name: str | None, path: Path | None, picture: Picture) -> FileFormat:
    if name is not None:
        return _named_format(name)
    if path is None:
        return _named_format(picture.format)
    by_extension = find_format(path.suffix) if path.suffix else None
    if by_extension is None:
        raise ImageWriteError(
            f"{path}: no picture format has the extension {path.suffix!r}; "
            f"expected one of {known_extensions()}"
        )
    return by_extension


def _named_format(name: str) -> FileFormat:
    file_format = find_format(name)
    if file_format is None:
        raise ImageWriteError(f"format {name!r} came; expected one of {known_names()}")
    return file_format


def _encode(picture: Picture, stream: BinaryIO, file_format: FileFormat, quality: int) -> None:
    importlib.import_module(f"PIL.{file_format.plugin}")
    # Metadata is handed over by name only: what Pillow takes from an image's info on its own
    # differs from format to format.
    image = to_pil(Picture(picture.pixels, picture.alpha if file_format.alpha else None))
    if file_format.name == "GIF":
        image = _in_256_colours(image)
    image.save(
        stream,
        format=file_format.name,
        **_metadata_options(picture, file_format),
        **_encoder_options(file_format.name, quality),
    )


def _encoder_options(name: str, quality: int) -> dict[str, Any]:
    options: dict[str, dict[str, Any]] = {
        # The chroma is what tomau made: it is not to be halved again.
        "JPEG": {"quality": quality, "subsampling": "4:4:4"},
        "WEBP": {"quality": quality, "lossless": quality == 100},
        "AVIF": {"quality": quality, "subsampling": "4:4:4", "speed": 8},
        # Pillow writes the directories of camera and place into uncompressed files only.
        "TIFF": {"compression": "raw"},
    }
    return options.get(name, {})


def _metadata_options(picture: Picture, file_format: FileFormat) -> dict[str, Any]:
    """The metadata that the format holds, as arguments of Pillow's writer for it."""
    options: dict[str, Any] = {}
    exif = picture.exif if _holds(file_format.exif, picture.exif, file_format) else None
    if exif is not None and file_format.parses_exif:
        exif = rewritten_exif(exif)
    xmp = picture.xmp if _holds(file_format.xmp, picture.xmp, file_format) else None
    # A profile of RGB in a file of one channel is against the ICC standard.
    if picture.icc is not None and file_format.icc and picture.pixels.ndim == 3:
        options["icc_profile"] = picture.icc
    if picture.dpi is not None and file_format.dpi:
        options["dpi"] = picture.dpi
    if file_format.name == "TIFF":
        options["tiffinfo"] = _tiff_tags(exif, xmp)
        return options
    if exif is not None:
        options["exif"] = exif
    if xmp is not None and file_format.name == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
    elif xmp is not None:
        options["xmp"] = xmp
    return options


def _tiff_tags(exif: bytes | None, xmp: bytes | None) -> Image.Exif:
    tags = Image.Exif()
    if exif is not None:
        tags.load(exif)
    if xmp is not None:
        tags[_TIFF_XMP_TAG] = xmp
    return tags


def _holds(capable: bool, block: bytes | None, file_format: FileFormat) -> bool:
    return capable and (block is None or len(block) <= file_format.metadata_limit)


def _in_256_colours(image: Image.Image) -> Image.Image:
    """Choose the palette of a GIF by its picture; the last place stands for transparent pixels."""
    if image.mode == "L":
        return image
    has_alpha = image.mode in ("LA", "RGBA")
    colours = image.convert("RGB")
    palette = colours.quantize(255 if has_alpha else 256)
    # Only against a palette that is there already does Pillow dither.
    indexed = colours.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    if has_alpha:
        transparent = image.getchannel("A").point(lambda value: 255 * (value < 128))
        indexed.paste(255, mask=transparent)
        indexed.info["transparency"] = 255
    return indexed


def _reason(name: str, error: Exception) -> str:
    if isinstance(error, FileExistsError):
        return f"{name}: is there already; expected a new name, or overwrite (--overwrite)"
    if isinstance(error, FileNotFoundError):
        return f"{name}: its folder does not exist; expected one that does: make it first"
    if isinstance(error, IsADirectoryError):
        return f"{name}: a folder; expected the name of a file"
    text = getattr(error, "strerror", None) or " ".join(str(error).split())
    return f"{name}: cannot be written ({text or type(error).__name__}); check folder and disk"
