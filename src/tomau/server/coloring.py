"""The one module that asks the runtime, the edits and the imaging: from bytes to bytes.

Nothing here knows the database, so that it may run on the threads of the `pool`.
"""

from __future__ import annotations

import hashlib
import io
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from PIL import Image

from tomau.edits.coloring import Edits
from tomau.edits.hints import Hints, Stroke
from tomau.edits.references import Reference
from tomau.edits.suggestions import Suggestion, suggest
from tomau.errors import UsageError
from tomau.imaging import Picture, read_picture, silence_decoders, to_pil, write_picture
from tomau.runtime import Naming
from tomau.runtime import stream_format as writable_format
from tomau.runtime.allocator import keep_freed_memory
from tomau.server.catalog import DEFAULT, colorizer_of
from tomau.server.kept import Kept

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.runtime.prediction import Edit, Prediction
    from tomau.runtime.prepared import Prepared

LOOK_SIDE = 2048
PREVIEW_SIDE = 1024
_LOOK_QUALITY, _PREVIEW_QUALITY = 90, 85
_REFERENCE_BYTES = 200_000_000  # of decoded references that are kept


def settle() -> None:
    """Set what holds for a whole process: it keeps memory for the next picture, decoders are quiet.

    For programs to call at their start.
    """
    keep_freed_memory()
    silence_decoders()


class LargePictureError(Exception):
    """A picture has more pixels than are coloured while somebody waits for the answer."""


@dataclass(frozen=True)
class Facts:
    """What an upload turned out to be.

    Attributes:
        width: upright, in pixels.
        height: the same.
        format: name of the file format, ``JPEG``.
        look: the upright picture in its own tones, JPEG or, with transparency, WebP, its long
            side at most `LOOK_SIDE`.
    """

    width: int
    height: int
    format: str
    look: bytes


@dataclass(frozen=True)
class Choice:
    """How a picture is to be coloured; coordinates are pixels of the upright original.

    Attributes:
        model: by name.
        size: short side in pixels of what the network sees; None is the model's own.
        strength: factor on chroma.
        strokes: colours that a person painted or pointed at.
        paint: a PNG painted on a transparent layer of the picture's size.
        references: files of pictures whose colours are to be taken over.
        exact: meet every hint exactly.
        reach: how far hints reach to what looks alike; 1 is the usual.
    """

    model: str = DEFAULT
    size: int | None = None
    strength: float = 1.0
    strokes: tuple[Stroke, ...] = ()
    paint: bytes | None = None
    references: tuple[bytes, ...] = ()
    exact: bool = False
    reach: float = 1.0


@dataclass(frozen=True)
class Result:
    """A coloured picture as a file.

    Attributes:
        content: the file.
        format: name of its format.
        width: in pixels.
        height: the same.
        look: as in `Facts`.
        model: name on the card of the model that answered.
        seconds: it took.
    """

    content: bytes
    format: str
    width: int
    height: int
    look: bytes
    model: str
    seconds: float


@dataclass(frozen=True, eq=False)
class _PersonsEdit:
    """All that a `Choice` says of colours, as an edit of the runtime."""

    strokes: tuple[Stroke, ...]
    paint: NDArray[np.uint8] | None
    exact: bool
    reach: float

    def __call__(self, prediction: Prediction, height: int, width: int) -> Prediction:
        hints = Hints(width, height, self.strokes, self.paint, self.exact, self.reach)
        return hints(prediction, height, width)


def inspect(content: bytes) -> Facts:
    """Find out by its content what an upload is, decode it whole, and make what is shown of it.

    Raises:
        ImageReadError: no picture, damaged, or of too many pixels (told before it is decoded).
    """
    picture = _read(content)
    return Facts(picture.width, picture.height, picture.format, _look(picture, LOOK_SIDE))


def view(content: bytes, side: int) -> bytes:
    """Make a picture for looking at, upright, its long side at most ``side``: JPEG or WebP.

    Raises:
        ImageReadError: it cannot be read.
    """
    return _look(_read(content), side)


def colorize(
    content: bytes,
    choice: Choice,
    *,
    wanted: str | None = None,
    most_pixels: int | None = None,
    with_look: bool = True,
) -> Result:
    """Colour a picture file; the answer has its size, depth, metadata and, if writable, format.

    Args:
        content: the file.
        choice: how it is coloured.
        wanted: format of the answer by its name.
        most_pixels: refuse larger pictures before the network runs.
        with_look: else ``look`` of the answer is empty, which saves time.

    Raises:
        LargePictureError: the picture is larger than that.
        ImageReadError: it cannot be read.
        UsageError: the choice cannot be carried out.
        ModelError: the network failed.
    """
    began = time.perf_counter()
    picture = _read(content)
    if most_pixels is not None and picture.width * picture.height > most_pixels:
        raise LargePictureError
    colorizer = colorizer_of(choice.model)
    result = colorizer.colorize_picture(
        picture, size=choice.size, strength=choice.strength, edit=_edit(choice)
    )
    file_format = writable_format(picture.format, Naming(format=wanted))
    stream = io.BytesIO()
    write_picture(result, stream, format=file_format)
    look = _look(result, LOOK_SIDE) if with_look else b""
    return Result(
        stream.getvalue(), file_format, result.width, result.height, look,
        colorizer.card.name, time.perf_counter() - began,
    )  # fmt: skip


def preview(prepared: Prepared, choice: Choice) -> bytes:
    """Answer a choice for looking at: JPEG, its long side at most `PREVIEW_SIDE`.

    Raises:
        UsageError: the choice cannot be carried out.
    """
    answer = prepared.answer(_edit(choice), strength=choice.strength)
    stream = io.BytesIO()
    to_pil(Picture(answer.pixels)).save(stream, "JPEG", quality=_PREVIEW_QUALITY)
    return stream.getvalue()


def colors_at(prepared: Prepared, x: float, y: float) -> tuple[Suggestion, ...]:
    """Name plausible colours of a place, in pixels of the upright original, the likeliest first.

    Raises:
        UsageError: the place lies outside, or the model tells none.
    """
    width, height = prepared.width, prepared.height
    if not (0 <= x < width and 0 <= y < height):
        raise UsageError(
            f"a place at {x:g},{y:g} came for a picture of {width}x{height}; expected x in "
            f"0..{width - 1} and y in 0..{height - 1}"
        )
    return suggest(prepared.prediction, (x + 0.5) / width, (y + 0.5) / height)


def prepare(content: bytes, model: str, size: int | None) -> Prepared:
    """Run the network once for a picture, and keep what previews need: a few megabytes.

    Raises:
        ImageReadError: it cannot be read.
        ModelError: the network failed.
    """
    return colorizer_of(model).prepare(_read(content), size=size).reduced(PREVIEW_SIDE)


def _read(content: bytes) -> Picture:
    return read_picture(content, max_pixels=settings.OPTIONS.max_pixels)


def _look(picture: Picture, side: int) -> bytes:
    image = to_pil(Picture(picture.pixels_u8, picture.narrowed().alpha))
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    stream = io.BytesIO()
    if picture.alpha is None:
        image.save(stream, "JPEG", quality=_LOOK_QUALITY)
    else:
        image.save(stream, "WEBP", quality=_LOOK_QUALITY)
    return stream.getvalue()


def _edit(choice: Choice) -> Edits | None:
    """What a choice says of colours: first those of other pictures, then a person's own."""
    steps: list[Edit] = []
    if choice.references:
        steps.append(_reference(choice.references))
    if choice.strokes or choice.paint is not None:
        paint = None if choice.paint is None else _read_paint(choice.paint)
        steps.append(_PersonsEdit(choice.strokes, paint, choice.exact, choice.reach))
    return Edits(tuple(steps)) if steps else None


_kept_references: Kept[Reference] = Kept(_REFERENCE_BYTES)


def _reference(contents: tuple[bytes, ...]) -> Reference:
    """References that were used last are kept: a network looks at each only once."""
    key = tuple(hashlib.sha256(content).digest() for content in contents)

    def make() -> Reference:
        return Reference(tuple(_read(content) for content in contents))

    return _kept_references.get_or_make(key, make, _weight)


def _weight(reference: Reference) -> int:
    """Bytes that a reference takes."""
    planes = [(picture.pixels, picture.alpha) for picture in reference.pictures]
    return sum(plane.nbytes for pair in planes for plane in pair if plane is not None)


def _read_paint(content: bytes) -> NDArray[np.uint8]:
    """Scribbles as (H, W, 4) uint8 RGBA.

    Raises:
        ImageReadError: they are no picture.
        UsageError: they have no transparency.
    """
    picture = _read(content).narrowed()
    if picture.alpha is None:
        raise UsageError(
            "the scribbles have no transparency; expected paint on a transparent layer, as PNG"
        )
    return np.dstack((picture.rgb_u8, picture.alpha)).astype(np.uint8)
