"""PNG, JPEG 2000 and HEIF files of more than 8 bits per channel, which Pillow would narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from tomau.imaging.extras import has_deep, load
from tomau.imaging.formats import HEIF, JPEG2000, PNG, FileFormat
from tomau.imaging.samples import Samples, from_channels, to_sixteen_bits

if TYPE_CHECKING:
    from PIL import Image

# Begin and size of a JPEG 2000 codestream; the depth of the first channel stands 40 bytes on.
_CODESTREAM = b"\xff\x4f\xff\x51"
_DEPTH_PLACE = 42
_DEPTH_MASK = 0x7F


def is_deep(image: Image.Image, stream: BinaryIO, file_format: FileFormat) -> bool:
    """Whether an opened file holds more than 8 bits per channel, and packages can read them.

    ``image`` is not loaded yet.
    """
    if file_format is HEIF:
        return int(image.info.get("bit_depth", 8)) > 8
    if file_format is PNG:
        return ";16" in str(getattr(image, "tile", ())) and has_deep()
    if file_format is JPEG2000:
        return _codestream_bits(_whole(stream)) > 8 and has_deep()
    return False


def read_deep(stream: BinaryIO, file_format: FileFormat) -> Samples:
    """Read a file for which is_deep answered True as 16 bits per channel.

    Raises:
        Exception: the decoders answer damaged bytes with any kind of error.
    """
    if file_format is HEIF:
        return _heif(stream)
    data = _whole(stream)
    imagecodecs = load("imagecodecs", f"{file_format.name} of 16 bits")
    if file_format is PNG:
        return _of_gray_or_rgb(imagecodecs.png_decode(data), 16)
    return _of_gray_or_rgb(imagecodecs.jpeg2k_decode(data), _codestream_bits(data))


def _heif(stream: BinaryIO) -> Samples:
    stream.seek(0)
    pillow_heif = load("pillow_heif", "HEIF (HEIC)")
    file = pillow_heif.open_heif(stream, convert_hdr_to_8bit=False)
    # The library moves 10 and 12 bits up to 16, and the lowest bits stay empty.
    shift = 16 - int(file.info.get("bit_depth", 16))
    values = np.asarray(file)
    if values.dtype != np.uint16:
        raise ValueError(f"samples of {values.dtype}")
    return _of_gray_or_rgb(values >> np.uint16(shift), 16 - shift)


def _of_gray_or_rgb(values: Any, bits: int) -> Samples:
    levels, _ = to_sixteen_bits(values, bits)
    channels = 1 if levels.ndim == 2 else levels.shape[2]
    return from_channels(levels, "L" if channels <= 2 else "RGB")


def _codestream_bits(data: bytes) -> int:
    """Bits of the first channel of a JPEG 2000 file; 8 if that is not to be found.

    Source: ITU-T T.800, A.5.1, the SIZ marker.
    """
    place = data.find(_CODESTREAM) + _DEPTH_PLACE
    if place < _DEPTH_PLACE or place >= len(data):
        return 8
    return (data[place] & _DEPTH_MASK) + 1


def _whole(stream: BinaryIO) -> bytes:
    stream.seek(0)
    return stream.read()
