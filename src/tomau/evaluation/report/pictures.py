"""The photographs of a report: input, every answer and truth, small, each embedded once."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from tomau.evaluation.anchors import gray_answer
from tomau.evaluation.pixels import resize_for_protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tomau.evaluation.contestants import Contestant
    from tomau.evaluation.photos import TruthPhotos
    from tomau.evaluation.pixels import Pixels
    from tomau.evaluation.scoring import Protocol

_LONG_SIDE = 224
_QUALITY = 84


@dataclass(frozen=True)
class Pictures:
    """One photograph as ``data:`` URIs, all of ``width`` x ``height`` pixels."""

    key: str
    width: int
    height: int
    gray: str
    answers: Mapping[str, str]
    truth: str


def read_pictures(
    keys: tuple[str, ...],
    photos: TruthPhotos,
    contestants: Mapping[str, Contestant],
    protocol: Protocol,
) -> Iterator[Pictures]:
    """Read photographs again and ask for their answers again: none was kept meanwhile.

    Pictures squeezed for the protocol are shown in the shape of the photograph.
    """
    for key, photo in photos.only(keys):
        truth = resize_for_protocol(photo, protocol.size)
        gray = gray_answer(truth)
        height, width = photo.shape[:2]
        scale = _LONG_SIDE / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        yield Pictures(
            key=key,
            width=size[0],
            height=size[1],
            gray=_embedded(gray, size),
            answers={
                label: _embedded(contestant(key, gray), size)
                for label, contestant in contestants.items()
            },
            truth=_embedded(truth, size),
        )


def data_uri(data: bytes, kind: str) -> str:
    """Bytes of a media type as a ``data:`` URI."""
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _embedded(pixels: Pixels, size: tuple[int, int]) -> str:
    """A picture as JPEG of some width and height, chroma at full resolution."""
    stream = io.BytesIO()
    small = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
    small.save(stream, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    return data_uri(stream.getvalue(), "image/jpeg")
