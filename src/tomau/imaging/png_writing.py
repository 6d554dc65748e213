"""PNG files of 16 bits per channel: pixels by libpng, metadata as Pillow writes it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from tomau.imaging.extras import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tomau.imaging.picture import Picture

_SIGNATURE_BYTES = 8
_LEVEL = 3  # of compression: the usual 6 takes a third more time and saves nothing of a scan
_OF_PIXELS = (b"IHDR", b"PLTE", b"IDAT", b"IEND")


def write_deep_png(picture: Picture, stream: BinaryIO, metadata: Mapping[str, Any]) -> None:
    """Write a picture of 16 bits per channel; ``metadata`` is arguments of Pillow's PNG writer.

    Pillow cannot write such pixels, and libpng by imagecodecs writes pixels only: Pillow writes
    the metadata of a picture of one pixel, and its chunks go between header and pixels.

    Raises:
        MissingExtraError: the packages are not installed.
        Exception: the encoders failed.
    """
    imagecodecs = load("imagecodecs", "PNG of 16 bits")
    encoded = imagecodecs.png_encode(np.ascontiguousarray(picture.samples), level=_LEVEL)
    small = io.BytesIO()
    Image.new("RGB" if picture.pixels.ndim == 3 else "L", (1, 1)).save(small, "PNG", **metadata)
    head = _SIGNATURE_BYTES + next(len(chunk) for _, chunk in _chunks(encoded))
    stream.write(encoded[:head])
    for name, chunk in _chunks(small.getvalue()):
        if name not in _OF_PIXELS:
            stream.write(chunk)
    stream.write(memoryview(encoded)[head:])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and whole bytes of the chunks of a sound PNG file."""
    place = _SIGNATURE_BYTES
    while place < len(data):
        # Length, name, body, checksum.
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        yield data[place + 4 : place + 8], data[place:end]
        place = end
