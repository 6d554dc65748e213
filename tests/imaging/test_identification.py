from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.imaging import made
from tomau.imaging.identification import HEAD_BYTES, identify, is_raw_tiff, tiff_tags


@pytest.mark.parametrize("kind", made.FILES)
def test_every_kind_is_told_by_its_first_bytes(kind: str) -> None:
    found = identify(made.file(kind)[:HEAD_BYTES])
    assert found is not None
    name = {"BigTIFF": "TIFF", "HEIC": "HEIF", "DNG": "TIFF"}.get(kind.split(",")[0].split()[0])
    expected = name or kind.replace("JPEG 2000", "JPEG2000").split(",")[0].split()[0].upper()
    assert found.name == expected


def box(major: bytes, *compatible: bytes) -> bytes:
    brands = b"".join(compatible)
    return (16 + len(brands)).to_bytes(4, "big") + b"ftyp" + major + bytes(4) + brands


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (box(b"heic", b"mif1", b"heic"), "HEIF"),
        (box(b"mif1", b"mif1", b"heic"), "HEIF"),  # AVIF files may begin alike
        (box(b"mif1", b"avif", b"miaf"), "AVIF"),
        (box(b"avif"), "AVIF"),
        (box(b"crx ", b"isom"), "RAW"),
        (b"II*\0\x10\0\0\0CR\x02\0", "RAW"),
        (b"FUJIFILMCCD-RAW 0201", "RAW"),
        (b"IIU\0\x18\0\0\0", "RAW"),
        (b"II+\0\x08\0\0\0", "TIFF"),
    ],
)
def test_containers_are_told_by_all_their_brands(head: bytes, name: str) -> None:
    found = identify(head.ljust(HEAD_BYTES, b"\0"))
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("head", [box(b"isom", b"mp41"), b"%PDF-1.7", b"\0" * 16, b"ftyp"])
def test_what_is_no_picture_is_none(head: bytes) -> None:
    assert identify(head) is None


def test_a_negative_is_no_scan() -> None:
    assert is_raw_tiff(tiff_tags(io.BytesIO(made.file("DNG"))))
    preview = Image.Exif()
    preview[254], preview[330], preview[271] = 1, 500, "Nikon"
    assert is_raw_tiff(preview)
    for kind in ("TIFF gray", "TIFF of 2 pages", "TIFF 16-bit RGB", "BigTIFF 16-bit"):
        assert not is_raw_tiff(tiff_tags(io.BytesIO(made.file(kind))))
