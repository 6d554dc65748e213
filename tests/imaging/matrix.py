"""The fidelity matrix: each kind of file through tomau into each format, and what survived.

``python -m tests.imaging.matrix`` writes the table into docs/formats.md.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image

from tests.imaging import made
from tomau.color import luminance
from tomau.imaging import Picture, losses, read_picture, write_picture
from tomau.runtime.card import ModelCard
from tomau.runtime.colorizer import Colorizer
from tomau.runtime.contract import Answer

if TYPE_CHECKING:
    from numpy.typing import NDArray

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats.md"
BEGIN, END = "<!-- matrix: begin -->", "<!-- matrix: end -->"
TARGETS = {
    "JPEG": "JPEG",
    "PNG": "PNG",
    "TIFF": "TIFF",
    "WebP": "WEBP",
    "AVIF": "AVIF",
    "HEIC": "HEIF",
}
# Mean difference of L* that a format may cost; kinds whose pixels the file itself changed.
_LOSSLESS, _LOSSY = 0.1, 1.5
_COARSE = {"PNG 1-bit", "PNG 2-bit", "PNG 4-bit", "PNG palette, alpha", "TIFF fax G4", "DNG"}


class _OneColour:
    """Stands for a network: everywhere the same orange."""

    provider = "none"

    def run(self, l: NDArray[np.float32]) -> Answer:
        ab = np.tile(np.float32([0.15, 0.25]).reshape(1, 2, 1, 1), (1, 1, *l.shape[2:]))
        return Answer(ab, None)


@cache
def colorizer() -> Colorizer:
    """A colorizer that needs no model file."""
    card = ModelCard(
        name="one-colour",
        version="1",
        architecture="a constant",
        sha256="0" * 64,
        bytes=1,
        stride=32,
        size=64,
        license="MIT",
        metrics={},
    )
    return Colorizer(card, _OneColour(), threads=1)


@cache
def source(kind: str) -> Picture:
    """What tomau reads of a kind of file."""
    return read_picture(made.file(kind))


@cache
def coloured(kind: str) -> Picture:
    """The same in colour."""
    return colorizer().colorize_picture(source(kind))


@cache
def result(kind: str, target: str) -> tuple[bytes, tuple[str, ...]]:
    """The file written, and the losses that a user is told of."""
    buffer = io.BytesIO()
    write_picture(coloured(kind), buffer, format=TARGETS[target])
    return buffer.getvalue(), losses(coloured(kind), TARGETS[target])


def carried(data: bytes) -> dict[str, bool]:
    """What a file brings beside its pixels, seen by Pillow; by tomau where Pillow sees nothing."""
    ours = read_picture(data)
    exif = Image.Exif()
    exif.load(ours.exif or b"")
    try:
        with Image.open(io.BytesIO(data)) as image:
            exif = image.getexif() if ours.format != "RAW" else exif
            camera, place = (
                exif.get_ifd(kind) for kind in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
            )
            packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    except OSError:
        camera, place, packet = {}, {}, ours.xmp or b""
    packet = packet.encode() if isinstance(packet, str) else packet
    return {
        "EXIF": exif.get(ExifTags.Base.ImageDescription) == made.TITLE
        or exif.get(ExifTags.Base.Artist) == "Anna",
        "date": camera.get(ExifTags.Base.DateTimeOriginal) == made.DATE,
        "GPS": place.get(ExifTags.GPS.GPSLatitude) == made.LATITUDE,
        "XMP": b"Harbour" in packet,
        "IPTC": made.IPTC in data,
        "dpi": ours.dpi is not None,
        "alpha": ours.alpha is not None,
    }


def cell(kind: str, target: str) -> str:
    """Bits per channel of the result, and what it lost of what its source brought."""
    data, _ = result(kind, target)
    before, after = carried(made.file(kind)), carried(data)
    lost = [name for name, was_there in before.items() if was_there and not after[name]]
    bits = read_picture(data).bits
    return f"{bits}, no {', '.join(lost)}" if lost else f"{bits}"


def light_lost(kind: str, target: str) -> float:
    """Mean difference of L* between what was read and what was written, upright both."""
    written = read_picture(result(kind, target)[0])
    return float(np.abs(luminance(written.pixels) - luminance(source(kind).pixels)).mean())


def light_misread(kind: str) -> float:
    """Mean difference of L* between the picture that the file was made of and what was read."""
    l = luminance(source(kind).pixels)
    truth = luminance(made.gray_u16())
    return float(np.abs(l - (truth if l.shape == truth.shape else np.rot90(truth, -1))).mean())


def allowed_loss(target: str, kind: str) -> float:
    """How much L* the way into a format may cost."""
    lossless = target in ("PNG", "TIFF")
    return _LOSSLESS if lossless else _LOSSY + (2.5 if kind in _COARSE else 0)


def table() -> str:
    """The matrix as a Markdown table."""
    lines = [f"| in \\ out | brings | {' | '.join(TARGETS)} |", "|---" * (len(TARGETS) + 2) + "|"]
    for kind in made.FILES:
        bits = f"{source(kind).bits} bits"
        brings = [name for name, there in carried(made.file(kind)).items() if there]
        cells = " | ".join(cell(kind, target) for target in TARGETS)
        lines.append(f"| {kind} | {', '.join([bits, *brings])} | {cells} |")
    return "\n".join(lines)


def with_table(document: str) -> str:
    """A document whose part between the two marks is the table of now."""
    head, rest = document.split(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
