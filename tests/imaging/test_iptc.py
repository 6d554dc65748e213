from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PIL import Image, IptcImagePlugin

from tests.imaging import made
from tomau.imaging import Picture, losses, read_picture, write_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Encode = Callable[..., bytes]


@pytest.mark.parametrize("name", ["JPEG", "TIFF"])
@pytest.mark.parametrize("records", [made.IPTC, made.IPTC + b"\x1c\x02\x05\x00\x01x"])
def test_records_are_kept_to_the_byte(name: str, records: bytes, rgb_u8: NDArray[np.uint8]) -> None:
    buffer = io.BytesIO()
    write_picture(Picture(rgb_u8, iptc=records), buffer, format=name)
    assert read_picture(buffer.getvalue()).iptc == records
    with Image.open(buffer) as image:
        info = IptcImagePlugin.getiptcinfo(image)
    assert info is not None
    assert info[(2, 120)] == made.TITLE.encode()


@pytest.mark.parametrize("order", ["<", ">"])
def test_records_that_a_tiff_keeps_as_numbers(order: str, rgb_u8: NDArray[np.uint8]) -> None:
    padded = made.IPTC + b"\0" * (-len(made.IPTC) % 4)
    numbers = np.frombuffer(padded, f"{order}u4").tolist()
    buffer = io.BytesIO()
    tag = (33723, "I", len(numbers), numbers, True)
    tifffile.imwrite(buffer, rgb_u8, byteorder=order, metadata=None, extratags=[tag])
    assert read_picture(buffer.getvalue()).iptc == padded


def test_formats_without_a_place_for_it_say_so(rgb_u8: NDArray[np.uint8]) -> None:
    picture = Picture(rgb_u8, iptc=made.IPTC)
    assert losses(picture, "WEBP") == ("WEBP holds no IPTC: left out",)
    assert losses(picture, "JPEG") == ()
    large = Picture(rgb_u8, iptc=b"\x1c" + bytes(70_000))
    assert losses(large, "JPEG") == ("JPEG holds no IPTC of 70,001 bytes: left out",)
    write_picture(large, io.BytesIO(), format="JPEG")


def test_what_is_no_iptc_is_not_passed_on(encode: Encode, rgb_u8: NDArray[np.uint8]) -> None:
    segment = made.iptc_segment().replace(b"\x1c", b"\x1d")
    assert read_picture(encode(rgb_u8, "JPEG", extra=segment)).iptc is None
