from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tomau.errors import ImageReadError
from tomau.imaging import read_picture, write_picture
from tomau.imaging.icc import srgb_profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Encode = Callable[..., bytes]

KINDS = [
    "jpeg",
    "progressive",
    "cmyk",
    "png",
    "png16",
    "palette",
    "webp",
    "avif",
    "tiff",
    "lzw",
    "deflate",
    "float",
    "gif",
    "bmp",
    "ppm",
]
MUTANTS_PER_KIND = 40


def sound_file(kind: str, encode: Encode, rgb_u8: NDArray[np.uint8]) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "Harbour"
    rich = {"exif": exif.tobytes(), "icc_profile": srgb_profile()}
    image = Image.fromarray(rgb_u8)
    see_through = image.copy()
    see_through.putalpha(100)
    frames = [image.quantize(16), image.transpose(Image.Transpose.ROTATE_180).quantize(16)]
    deep = rgb_u8[..., 0].astype(np.uint16) * 257
    recipes: dict[str, tuple[Image.Image | NDArray[np.generic], str, dict[str, object]]] = {
        "jpeg": (image, "JPEG", rich),
        "progressive": (image, "JPEG", {"progressive": True}),
        "cmyk": (image.convert("CMYK"), "JPEG", {}),
        "png": (see_through, "PNG", rich),
        "png16": (deep, "PNG", {}),
        "palette": (frames[0], "PNG", {"transparency": 3}),
        "webp": (see_through, "WEBP", rich),
        "avif": (image, "AVIF", rich),
        "tiff": (image, "TIFF", rich),
        "lzw": (image, "TIFF", {"compression": "tiff_lzw"}),
        "deflate": (image, "TIFF", {"compression": "tiff_adobe_deflate"}),
        "float": (deep.astype(np.float32), "TIFF", {}),
        "gif": (frames[0], "GIF", {"save_all": True, "append_images": frames[1:]}),
        "bmp": (image, "BMP", {}),
        "ppm": (image, "PPM", {}),
    }
    picture, name, options = recipes[kind]
    return encode(picture, name, **options)


def mutant(sound: bytes, random: np.random.Generator) -> bytes:
    """Cut off, cut out, overwrite a few bytes anywhere, or one in the header."""
    data = bytearray(sound)
    way = random.integers(4)
    if way == 0:
        return bytes(data[: random.integers(1, len(data))])
    if way == 1:
        start, end = sorted(random.integers(0, len(data), 2))
        return bytes(data[:start] + data[end:])
    reach = len(data) if way == 2 else min(len(data), 120)
    for place in random.integers(0, reach, 6 if way == 2 else 1):
        data[place] = random.integers(256)
    return bytes(data)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_read_or_refused_in_one_line(
    kind: str, encode: Encode, rgb_u8: NDArray[np.uint8]
) -> None:
    random = np.random.default_rng(KINDS.index(kind))
    sound = sound_file(kind, encode, rgb_u8)
    messages = []
    for _ in range(MUTANTS_PER_KIND):
        try:
            picture = read_picture(mutant(sound, random), max_pixels=100_000)
        except ImageReadError as error:
            messages.append(str(error))
        else:
            # What was read can be written, whatever its metadata has become.
            write_picture(picture, io.BytesIO(), format="TIFF")
            write_picture(picture, io.BytesIO(), format="JPEG")
    assert not any("\n" in message for message in messages)
    assert len(messages) > MUTANTS_PER_KIND // 8
