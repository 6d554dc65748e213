"""PNG files of 16 bits per channel: pixels by zlib in bands, metadata as Pillow writes it."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from tomau.imaging.picture import Picture

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LEVEL = 3  # of compression: the usual 6 takes a third more time and saves nothing of a scan
_OF_PIXELS = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
_UP = 2  # the filter that takes from each byte the one above it
_BAND_PIXELS = 1 << 20


def write_deep_png(picture: Picture, stream: BinaryIO, metadata: Mapping[str, Any]) -> None:
    """Write a picture of 16 bits per channel; ``metadata`` is arguments of Pillow's PNG writer.

    Pillow cannot write such pixels, and libpng by imagecodecs holds the whole file in memory, for
    100 megapixels half a gigabyte. So pixels go to zlib band by band; Pillow writes the metadata
    of a picture of one pixel, and its chunks go between header and pixels.

    Raises:
        OSError: the stream cannot be written.

    Source: PNG Specification (Third Edition), 5.3, 9.2, 11.2.
    """
    samples = picture.samples
    height, width = samples.shape[:2]
    kind = _COLOUR_TYPES[1 if samples.ndim == 2 else samples.shape[2]]
    small = io.BytesIO()
    Image.new("RGB" if picture.pixels.ndim == 3 else "L", (1, 1)).save(small, "PNG", **metadata)
    stream.write(_SIGNATURE)
    stream.write(_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)))
    for name, chunk in _chunks(small.getvalue()):
        if name not in _OF_PIXELS:
            stream.write(chunk)
    compressor = zlib.compressobj(_LEVEL, strategy=zlib.Z_FILTERED)
    for lines in _filtered(samples):
        stream.write(_chunk(b"IDAT", compressor.compress(lines)))
    stream.write(_chunk(b"IDAT", compressor.flush()))
    stream.write(_chunk(b"IEND", b""))


def _filtered(samples: NDArray[np.uint16]) -> Iterator[bytes]:
    """Bands of lines as PNG compresses them: the number of a filter, then filtered bytes."""
    height, width = samples.shape[:2]
    step = max(1, _BAND_PIXELS // width)
    above: NDArray[np.uint8] | int = 0
    for top in range(0, height, step):
        band = np.ascontiguousarray(samples[top : top + step], ">u2").reshape(-1, samples[0].size)
        values = band.view(np.uint8)
        lines = np.empty((len(values), values.shape[1] + 1), np.uint8)
        lines[:, 0] = _UP
        lines[0, 1:] = values[0] - above
        np.subtract(values[1:], values[:-1], out=lines[1:, 1:])
        above = values[-1]
        yield lines.tobytes()


def _chunk(name: bytes, body: bytes) -> bytes:
    """A chunk: length, name, body, checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and whole bytes of the chunks of a sound PNG file."""
    place = len(_SIGNATURE)
    while place < len(data):
        # Length, name, body, checksum.
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        yield data[place + 4 : place + 8], data[place:end]
        place = end
