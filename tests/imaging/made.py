"""Small files of every kind that tomau reads, made by other libraries: seeds of tests."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
import pillow_heif
import tifffile
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from tomau.imaging.icc import srgb_profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

HEIGHT, WIDTH = 48, 64
DATE, TITLE = "1913:05:02 09:00:00", "Harbour, plate 17"
LATITUDE = (54.0, 30.0, 12.0)
DPI = (300.0, 150.0)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6" dc:source="Harbour"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
IPTC = b"\x1c\x02\x00\x00\x02\x00\x02\x1c\x02\x78\x00\x11Harbour, plate 17"

FILES: dict[str, Callable[[], bytes]] = {}


def gray_u16() -> NDArray[np.uint16]:
    """A gray picture (48, 64) uint16 that no turn leaves alike, without a border."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    return (12_000 + rows * 400 + columns * 450).astype(np.uint16)


def gray_u8() -> NDArray[np.uint8]:
    """The same in 8 bits."""
    return (gray_u16() // 257).astype(np.uint8)


def alpha_u8() -> NDArray[np.uint8]:
    """Transparency that falls from left to right."""
    return np.tile(np.linspace(255, 40, WIDTH).astype(np.uint8), (HEIGHT, 1))


@cache
def file(kind: str) -> bytes:
    """The bytes of a kind of file."""
    return FILES[kind]()


def exif_block(orientation: int = 6) -> bytes:
    """Orientation, title, date and place."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.ImageDescription] = TITLE
    exif[ExifTags.IFD.Exif] = {ExifTags.Base.DateTimeOriginal: DATE}
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: LATITUDE,
    }
    return exif.tobytes()


def iptc_segment() -> bytes:
    """IPTC as a JPEG segment, spelt out."""
    size = len(IPTC).to_bytes(4, "big")
    body = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + size + IPTC + b"\0" * (len(IPTC) % 2)
    return b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body


def _pillow(image: Image.Image, name: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def _tifffile(pixels: NDArray[Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    tags = [(700, "B", len(XMP), XMP, True), (33723, "B", len(IPTC), IPTC, True)]
    tags += [(274, "H", 1, 6, True), (315, "s", 0, "Anna", True)]
    settings = {"resolution": DPI, "resolutionunit": "INCH", "extratags": tags}
    tifffile.imwrite(buffer, pixels, metadata=None, **(settings | options))
    return buffer.getvalue()


def _register() -> None:
    """Fill FILES; a key reads as the row of the table in docs/formats.md."""
    pillow_heif.register_heif_opener()
    gray = Image.fromarray(gray_u8())
    rgb = gray.convert("RGB")
    see_through = rgb.copy()
    see_through.putalpha(Image.fromarray(alpha_u8()))
    exif = {"exif": exif_block()}
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    jpeg = exif | {"xmp": XMP, "dpi": DPI, "quality": 95, "extra": iptc_segment()}
    png = exif | {"pnginfo": info, "dpi": DPI}
    icc = {"icc_profile": srgb_profile()}
    FILES.update(
        {
            "JPEG gray": lambda: _pillow(gray, "JPEG", **jpeg),
            "JPEG RGB": lambda: _pillow(rgb, "JPEG", **jpeg, **icc),
            "JPEG progressive": lambda: _pillow(rgb, "JPEG", **jpeg, progressive=True),
            "JPEG CMYK (Adobe)": lambda: _pillow(_inks(), "JPEG", **jpeg),
            "PNG 1-bit": lambda: _pillow(gray.convert("1"), "PNG", **png),
            "PNG 2-bit": lambda: _pillow(gray.quantize(4), "PNG", bits=2, **png),
            "PNG 4-bit": lambda: _pillow(gray.quantize(16), "PNG", bits=4, **png),
            "PNG gray": lambda: _pillow(gray, "PNG", **png),
            "PNG palette, alpha": lambda: _pillow(see_through.quantize(200), "PNG", **png),
            "PNG RGBA": lambda: _pillow(see_through, "PNG", **png, **icc),
            "PNG 16-bit gray": lambda: _pillow(Image.fromarray(gray_u16()), "PNG", **png),
            "PNG 16-bit gray, alpha": lambda: imagecodecs.png_encode(_deep(1, alpha=True)),
            "PNG 16-bit RGB": lambda: imagecodecs.png_encode(_deep(3)),
            "PNG 16-bit RGBA": lambda: imagecodecs.png_encode(_deep(3, alpha=True)),
            "WebP": lambda: _pillow(see_through, "WEBP", **exif, xmp=XMP, lossless=True),
            "AVIF": lambda: _pillow(see_through, "AVIF", exif=exif_block(), xmp=XMP, quality=95),
            "AVIF 10-bit": lambda: imagecodecs.avif_encode(
                _deep(3) >> 6, level=95, bitspersample=10
            ),
            "AVIF 12-bit gray": lambda: imagecodecs.avif_encode(
                gray_u16() >> 4, level=95, bitspersample=12
            ),
            "HEIC": lambda: _pillow(see_through, "HEIF", exif=exif_block(1), xmp=XMP, quality=95),
            "HEIC 10-bit": _deep_heic,
            "JPEG 2000": lambda: _pillow(rgb, "JPEG2000"),
            "JPEG 2000 16-bit gray": lambda: imagecodecs.jpeg2k_encode(
                gray_u16(), level=0, reversible=True, codecformat="jp2"
            ),
            "JPEG 2000 12-bit RGB": lambda: imagecodecs.jpeg2k_encode(
                _deep(3) >> 4, level=0, reversible=True, bitspersample=12, codecformat="jp2"
            ),
            "BMP": lambda: _pillow(rgb, "BMP", dpi=DPI),
            "GIF, animated": lambda: _pillow(
                gray, "GIF", save_all=True, append_images=[gray.rotate(180)]
            ),
            "PPM": lambda: _pillow(rgb, "PPM"),
            "DNG": _negative,
        }
    )
    _register_tiff(gray, rgb)


def _register_tiff(gray: Image.Image, rgb: Image.Image) -> None:
    tags = {"exif": exif_block(), "dpi": DPI}
    deep, ink = gray_u16(), {"photometric": "separated"}
    inks_u16 = np.dstack([np.zeros((HEIGHT, WIDTH, 3), np.uint16), 65535 - deep])
    pages = {"save_all": True, "append_images": [gray.rotate(180)]}
    FILES.update(
        {
            "TIFF gray": lambda: _pillow(gray, "TIFF", **tags),
            "TIFF RGB": lambda: _pillow(rgb, "TIFF", **tags, icc_profile=srgb_profile()),
            "TIFF LZW": lambda: _pillow(rgb, "TIFF", dpi=DPI, compression="tiff_lzw"),
            "TIFF ZIP": lambda: _pillow(rgb, "TIFF", dpi=DPI, compression="tiff_adobe_deflate"),
            "TIFF JPEG": lambda: _pillow(rgb, "TIFF", dpi=DPI, compression="jpeg", quality=95),
            "TIFF fax G4": lambda: _pillow(gray.convert("1"), "TIFF", compression="group4"),
            "TIFF CMYK": lambda: _pillow(_inks(), "TIFF", **tags),
            "TIFF of 2 pages": lambda: _pillow(gray, "TIFF", **tags, **pages),
            "TIFF 16-bit gray": lambda: _tifffile(deep, iccprofile=srgb_profile()),
            "TIFF 16-bit gray, white is zero": lambda: _tifffile(
                65535 - deep, photometric="miniswhite"
            ),
            "TIFF 16-bit RGB": lambda: _tifffile(_deep(3), photometric="rgb"),
            "TIFF 16-bit RGBA": lambda: _tifffile(
                _deep(3, alpha=True), photometric="rgb", extrasamples=["unassalpha"]
            ),
            "TIFF 16-bit CMYK": lambda: _tifffile(inks_u16, **ink),
            "TIFF 16-bit LZW": lambda: _tifffile(deep, compression="lzw", predictor=True),
            "TIFF 16-bit ZIP": lambda: _tifffile(deep, compression="zlib", predictor=True),
            "TIFF 16-bit JPEG 2000": lambda: _tifffile(
                deep, compression="jpeg2000", compressionargs={"level": 0}
            ),
            "TIFF 16-bit tiled": lambda: _tifffile(deep, tile=(16, 16), compression="zlib"),
            "TIFF 16-bit planar": lambda: _tifffile(
                np.moveaxis(_deep(3), -1, 0), photometric="rgb", planarconfig="separate"
            ),
            "TIFF 16-bit big-endian": lambda: _tifffile(deep, byteorder=">"),
            "BigTIFF 16-bit": lambda: _tifffile(deep, bigtiff=True),
            "BigTIFF": lambda: _tifffile(gray_u8(), bigtiff=True),
            "TIFF float": lambda: _tifffile((deep / 65535).astype(np.float32)),
        }
    )


def _deep(channels: int, *, alpha: bool = False) -> NDArray[np.uint16]:
    planes = [gray_u16()] * channels
    if alpha:
        planes.append(alpha_u8().astype(np.uint16) * 257)
    return np.dstack(planes)


def _inks() -> Image.Image:
    none = Image.new("L", (WIDTH, HEIGHT))
    return Image.merge("CMYK", (none, none, none, Image.fromarray(255 - gray_u8())))


def _deep_heic() -> bytes:
    size = (WIDTH, HEIGHT)
    picture = pillow_heif.from_bytes(mode="RGB;16", size=size, data=_deep(3).tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, quality=95, chroma=444, exif=exif_block(1), xmp=XMP)
    return buffer.getvalue()


def _negative() -> bytes:
    """A raw file whose sensor saw gray, by a camera whose own colours are linear sRGB's."""
    light = tone_to_light(gray_u16())
    # XYZ of D65 to linear sRGB. Source: IEC 61966-2-1.
    matrix = (32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570)
    rationals = tuple(n for value in matrix for n in (value, 10_000))
    tags = [
        (50706, "B", 4, bytes([1, 4, 0, 0]), True),
        (50708, "s", 0, "tomau test", True),
        (33421, "H", 2, (2, 2), True),
        (33422, "B", 4, bytes([0, 1, 1, 2]), True),
        (50714, "H", 1, 0, True),
        (50717, "H", 1, 65535, True),
        (50721, "2i", 9, rationals, True),
        (50728, "2I", 3, (1, 1, 1, 1, 1, 1), True),
        (50778, "H", 1, 21, True),
        (271, "s", 0, "tomau", True),
        (272, "s", 0, "test", True),
        (274, "H", 1, 6, True),
        (315, "s", 0, "Anna", True),
    ]
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, light, photometric=32803, metadata=None, extratags=tags)
    return buffer.getvalue()


def tone_to_light(levels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Linear light of sRGB codes, both 0..65535. Source: IEC 61966-2-1."""
    code = levels / 65535
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return np.rint(light * 65535).astype(np.uint16)


_register()
