"""PNG, JPEG 2000, AVIF and HEIF files of more than 8 bits, which Pillow would narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from tomau.imaging.extras import load
from tomau.imaging.formats import AVIF, HEIF, JPEG2000, PNG, TIFF, FileFormat
from tomau.imaging.pixels import sample_depth
from tomau.imaging.samples import Samples, from_channels, to_sixteen_bits

if TYPE_CHECKING:
    from PIL import Image

# Begin and size of a JPEG 2000 codestream; the depth of the first channel stands 40 bytes on.
_CODESTREAM = b"\xff\x4f\xff\x51"
_DEPTH_PLACE = 42
_DEPTH_MASK = 0x7F
_AV1_CONFIGURATION = b"av1C"
_AV1_FLAGS_PLACE = 6


def deep_bits(image: Image.Image, stream: BinaryIO, file_format: FileFormat) -> int:
    """Bits per channel of an opened file that the extra could keep; 8 where there are no more.

    ``image`` is not loaded yet.
    """
    if file_format is HEIF:
        return int(image.info.get("bit_depth", 8))
    if file_format in (PNG, TIFF):
        return sample_depth(image).bits
    if file_format is JPEG2000:
        return _codestream_bits(_whole(stream))
    return _avif_bits(_whole(stream)) if file_format is AVIF else 8


def read_deep(stream: BinaryIO, file_format: FileFormat) -> Samples:
    """Read a file for which deep_bits answered more than 8 as 16 bits per channel.

    Raises:
        MissingExtraError: the packages are not installed.
        Exception: the decoders answer damaged bytes with any kind of error.
    """
    if file_format is HEIF:
        return _heif(stream)
    data = _whole(stream)
    imagecodecs = load("imagecodecs", f"{file_format.name} of 16 bits")
    if file_format is PNG:
        return _of_gray_or_rgb(imagecodecs.png_decode(data), 16)
    if file_format is AVIF:
        return _of_gray_or_rgb(imagecodecs.avif_decode(data), _avif_bits(data))
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


def _avif_bits(data: bytes) -> int:
    """Bits per channel of an AVIF file; 8 if that is not to be found.

    Source: AV1 Codec ISO Media File Format Binding, 2.3.3, high_bitdepth and twelve_bit.
    """
    flags = data[data.find(_AV1_CONFIGURATION) + _AV1_FLAGS_PLACE :][:1]
    if _AV1_CONFIGURATION not in data or not flags or not flags[0] & 0x40:
        return 8
    return 12 if flags[0] & 0x20 else 10


def _whole(stream: BinaryIO) -> bytes:
    stream.seek(0)
    return stream.read()
