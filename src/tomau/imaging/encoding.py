"""A Picture to the bytes of a file: which library encodes it, with which options and metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from PIL import Image, PngImagePlugin

from tomau.imaging.conversion import to_pil
from tomau.imaging.extras import has_deep
from tomau.imaging.formats import JPEG, PNG, TIFF, FileFormat
from tomau.imaging.identification import plugin
from tomau.imaging.iptc import jpeg_segment
from tomau.imaging.metadata import rewritten_exif
from tomau.imaging.picture import Picture
from tomau.imaging.png_writing import write_deep_png
from tomau.imaging.resolution import exif_with_resolution
from tomau.imaging.tiff_writing import add_tags, tiff_tags_of, write_pixels

if TYPE_CHECKING:
    from collections.abc import Mapping


def encode(picture: Picture, stream: BinaryIO, file_format: FileFormat, quality: int) -> None:
    """Write a picture's file into a stream that can be read and sought.

    Raises:
        MissingExtraError: the package that writes the format is not installed.
        Exception: encoders fail with any kind of error.
    """
    if file_format is TIFF and has_deep():
        write_pixels(picture, stream)
        add_tags(stream, _tiff_tags(picture, file_format))
        return
    if picture.bits > 8 and file_format is PNG and has_deep():
        write_deep_png(picture, stream, _metadata_options(picture, file_format))
        return
    plugin(file_format)
    # Metadata is handed over by name only: what Pillow takes from an image's info on its own
    # differs from format to format.
    alpha = picture.alpha if file_format.alpha else None
    image = to_pil(Picture(picture.pixels, alpha))
    if file_format.name == "GIF":
        image = _in_256_colours(image)
    options = _encoder_options(file_format.name, quality)
    if file_format is TIFF:
        image.save(stream, format=TIFF.name, **options)
        add_tags(stream, _tiff_tags(picture, file_format))
        return
    metadata = _metadata_options(picture, file_format)
    image.save(stream, format=file_format.name, **metadata, **options)


def holds(capable: bool, block: bytes | None, file_format: FileFormat) -> bool:
    """Whether a file of a format can take a block of metadata, given that it has a place for it."""
    return capable and (block is None or len(block) <= file_format.metadata_limit)


def _encoder_options(name: str, quality: int) -> Mapping[str, Any]:
    options: dict[str, dict[str, Any]] = {
        # The chroma is what tomau made: it is not to be halved again.
        "JPEG": {"quality": quality, "subsampling": "4:4:4"},
        "WEBP": {"quality": quality, "lossless": quality == 100},
        "AVIF": {"quality": quality, "subsampling": "4:4:4", "speed": 8},
        "HEIF": {"quality": quality, "chroma": 444},
        # Level 6, Pillow's own, takes three times as long for files a twentieth smaller.
        "PNG": {"compress_level": 3},
        "TIFF": {"compression": "tiff_adobe_deflate"},
    }
    return options.get(name, {})


def _metadata_options(picture: Picture, file_format: FileFormat) -> dict[str, Any]:
    """The metadata that the format holds, as arguments of Pillow's writer for it."""
    options: dict[str, Any] = {}
    exif, xmp = _exif(picture, file_format), _block(picture.xmp, file_format.xmp, file_format)
    iptc = _block(picture.iptc, file_format.iptc, file_format)
    icc = _profile(picture, file_format)
    if icc is not None:
        options["icc_profile"] = icc
    if picture.dpi is not None and file_format.dpi:
        options["dpi"] = picture.dpi
    if exif is not None:
        options["exif"] = exif
    if xmp is not None and file_format is PNG:
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
    elif xmp is not None:
        options["xmp"] = xmp
    if iptc is not None and file_format is JPEG:
        options["extra"] = jpeg_segment(iptc)
    return options


def _tiff_tags(picture: Picture, file_format: FileFormat) -> dict[int, Any]:
    return tiff_tags_of(
        _exif(picture, file_format),
        xmp=picture.xmp,
        iptc=picture.iptc,
        icc=_profile(picture, file_format),
        dpi=picture.dpi,
    )


def _exif(picture: Picture, file_format: FileFormat) -> bytes | None:
    """The EXIF block to write; where a format has no other place for it, with the resolution."""
    exif = _block(picture.exif, file_format.exif, file_format)
    if exif is not None and file_format.parses_exif:
        exif = rewritten_exif(exif)
    if picture.dpi is not None and file_format.exif and not file_format.dpi:
        exif = exif_with_resolution(exif, picture.dpi)
    return exif


def _profile(picture: Picture, file_format: FileFormat) -> bytes | None:
    # A profile of RGB in a file of one channel is against the ICC standard.
    return picture.icc if file_format.icc and picture.pixels.ndim == 3 else None


def _block(block: bytes | None, capable: bool, file_format: FileFormat) -> bytes | None:
    return block if holds(capable, block, file_format) else None


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
