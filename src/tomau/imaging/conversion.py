"""Pillow images to Pictures and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tomau.errors import ImageReadError
from tomau.imaging.formats import PNG, TIFF, find_format
from tomau.imaging.icc import to_srgb
from tomau.imaging.icc_deep import finer_gray, to_srgb_u16
from tomau.imaging.metadata import Metadata, orientation, read_metadata
from tomau.imaging.picture import Picture
from tomau.imaging.pixels import sample_depth, separate
from tomau.imaging.samples import Samples, turned

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BAND_ROWS = 1024
_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def from_pil(image: Image.Image) -> Picture:
    """Make a Picture, upright and in sRGB, of a Pillow image of any mode; ``image`` stays as it is.

    Raises:
        ImageReadError: the image's file turns out to be damaged.
    """
    name = image.format or PNG.name
    try:
        return convert(image, (find_format(name) or PNG).name)
    except Exception as error:  # the decoders of a lazily opened file raise any kind of error
        raise ImageReadError(
            f"a {name} image cannot be decoded ({error}); expected a whole picture file"
        ) from error


def convert(image: Image.Image, format_name: str) -> Picture:
    """Decode a Pillow image and make a Picture of it; errors are those of Pillow's decoders."""
    depth = sample_depth(image)
    # PNG may hold metadata behind the pixels; of TIFF, Pillow applies the orientation while it
    # decodes, after which nothing tells that it was there.
    if format_name != TIFF.name:
        image.load()
    metadata = read_metadata(image)
    image.load()
    colour, alpha, depth_notes = separate(image, depth)
    colour, icc, icc_note = to_srgb(colour, image.info.get("icc_profile") or None)
    turn = _TO_UPRIGHT.get(orientation(image))
    if turn is not None:
        colour = colour.transpose(turn)
        alpha = alpha.transpose(turn) if alpha is not None else None
    pixels = _array(colour), None if alpha is None else _array(alpha)
    notes = (*depth_notes, icc_note)
    return _joined(pixels, metadata, icc, notes, format_name)


def convert_deep(
    samples: Samples, metadata: Metadata, icc: bytes | None, turn: int, format_name: str
) -> Picture:
    """Make a Picture of 16 bits of what a file holds; ``turn`` is its EXIF orientation 1..8."""
    finer = finer_gray(samples, icc)
    colour, icc, icc_note = to_srgb_u16(samples, icc)
    alpha = samples.alpha if samples.alpha is None else turned(samples.alpha, turn)
    notes = (*samples.notes, icc_note)
    picture = _joined((turned(colour, turn), alpha), metadata, icc, notes, format_name)
    return picture if finer is None else replace(picture, finer=turned(finer, turn))


def _joined(
    pixels: tuple[NDArray[Any], NDArray[Any] | None],
    metadata: Metadata,
    icc: bytes | None,
    notes: tuple[str | None, ...],
    format_name: str,
) -> Picture:
    return Picture(
        pixels=pixels[0],
        alpha=pixels[1],
        exif=metadata.exif,
        icc=icc,
        xmp=metadata.xmp,
        iptc=metadata.iptc,
        dpi=metadata.dpi,
        format=format_name,
        notes=tuple(filter(None, (*notes, *metadata.notes))),
    )


def _array(image: Image.Image) -> NDArray[np.uint8]:
    """Copy an image by bands: at once, Pillow needs three times the memory of the answer."""
    bands = len(image.getbands())
    shape = (image.height, image.width) if bands == 1 else (image.height, image.width, bands)
    pixels = np.empty(shape, np.uint8)
    for top in range(0, image.height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, image.height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return pixels


def to_pil(picture: Picture) -> Image.Image:
    """Make a Pillow image of mode L, LA, RGB or RGBA, 8 bits each, with metadata in ``info``."""
    picture = picture.narrowed()
    image = Image.fromarray(picture.pixels)
    if picture.alpha is not None:
        image.putalpha(Image.fromarray(picture.alpha))
    for key, value in (
        ("exif", picture.exif),
        ("icc_profile", picture.icc),
        ("xmp", picture.xmp),
        ("dpi", picture.dpi),
    ):
        if value is not None:
            image.info[key] = value
    return image
