"""The one module that asks the runtime, the edits and the imaging: from bytes to bytes.

Nothing here knows the database, so that it may run on the threads of the `pool`.
"""

from __future__ import annotations

import io
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from PIL import Image

from tomau.edits.coloring import Edits, hinted_ab
from tomau.edits.hints import Hints, Stroke
from tomau.edits.references import Reference
from tomau.edits.suggestions import Suggestion, suggest
from tomau.errors import ModelError, UsageError
from tomau.imaging import (
    Picture,
    find_format,
    read_picture,
    silence_decoders,
    to_pil,
    write_picture,
)
from tomau.runtime import (
    Colorizer,
    ModelCard,
    Naming,
    find_model_folder,
    list_model_folders,
    read_model,
)
from tomau.runtime import stream_format as writable_format
from tomau.runtime.allocator import keep_freed_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from numpy.typing import NDArray

    from tomau.runtime.prediction import Edit, Prediction
    from tomau.runtime.prepared import Prepared

DEFAULT = "default"
LOOK_SIDE = 2048
PREVIEW_SIDE = 1024
_LOOK_QUALITY, _PREVIEW_QUALITY = 90, 85
_MEDIA_TYPES = {"RAW": "application/octet-stream", "PPM": "image/x-portable-anymap"}


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
    """

    model: str = DEFAULT
    size: int | None = None
    strength: float = 1.0
    strokes: tuple[Stroke, ...] = ()
    paint: bytes | None = None
    references: tuple[bytes, ...] = ()
    exact: bool = False


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


@dataclass(frozen=True)
class ModelFacts:
    """A model that people can choose."""

    name: str
    title: str
    is_default: bool
    takes_hints: bool
    size: int
    description: str


@dataclass(frozen=True, eq=False)
class _PersonsEdit:
    """All that a `Choice` says of colours, as an edit of the runtime."""

    strokes: tuple[Stroke, ...]
    paint: NDArray[np.uint8] | None
    exact: bool

    def __call__(self, prediction: Prediction, height: int, width: int) -> Prediction:
        hints = Hints(width, height, self.strokes, self.paint)
        return replace(prediction, ab=hinted_ab(prediction, hints, exact=self.exact))


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


class PreparedPhotos:
    """The prepared photographs that were used last; safe to share between threads."""

    def __init__(self, most: int) -> None:
        """Keep at most so many."""
        self._most = most
        self._kept: OrderedDict[Hashable, Prepared] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Prepared | None:
        """Answer what was kept under a key."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def get_or_make(self, key: Hashable, make: Callable[[], Prepared]) -> Prepared:
        """Answer what was kept under a key, or make and keep it.

        Two threads that ask at once for the same both make it: rare, and never wrong.
        """
        found = self.get(key)
        if found is not None:
            return found
        made = make()
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made

    def forget(self, part: Hashable) -> None:
        """Let go of all that was kept under keys with this part."""
        with self._lock:
            for key in [key for key in self._kept if isinstance(key, tuple) and part in key]:
                del self._kept[key]

    def __len__(self) -> int:
        return len(self._kept)


def models() -> list[ModelFacts]:
    """The models that people can choose, the default first."""
    chosen = settings.OPTIONS.model
    listed = [(DEFAULT, read_model(find_model_folder(chosen)).card)]
    for name, folder in list_model_folders().items():
        if name in {DEFAULT, chosen}:
            continue
        try:
            listed.append((name, read_model(folder).card))
        except ModelError:  # a folder that holds no sound card offers nothing
            continue
    return [_model_facts(name, card) for name, card in listed]


def knows_model(name: str) -> bool:
    """Whether people can choose a model: by name, never by a path."""
    return name == DEFAULT or name in list_model_folders()


def colorizer_of(name: str) -> Colorizer:
    """The colorizer of a model, loaded at the first call and kept.

    Raises:
        UsageError: no model has that name.
        ModelError: it is missing or damaged.
    """
    if not knows_model(name):
        raise UsageError(f"no model is called {name!r}; expected one of those of /api/v1/models")
    with _loading:
        return _load(settings.OPTIONS.model if name == DEFAULT else name)


_loading = threading.Lock()


@lru_cache(maxsize=4)
def _load(name: str) -> Colorizer:
    return Colorizer.load(name)


def media_type(file_format: str) -> str:
    """Media type of a file format, by its name."""
    return (
        _MEDIA_TYPES.get(file_format) or Image.MIME.get(file_format) or _own_media_type(file_format)
    )


def look_type(look: bytes) -> str:
    """Media type of what `view` made."""
    return "image/webp" if look[:4] == b"RIFF" else "image/jpeg"


def extension(file_format: str) -> str:
    """Usual extension of a file format, with its dot."""
    known = find_format(file_format)
    return known.extensions[0] if known else ""


def _own_media_type(file_format: str) -> str:
    return (
        f"image/{file_format.lower()}" if find_format(file_format) else "application/octet-stream"
    )


def _model_facts(name: str, card: ModelCard) -> ModelFacts:
    told = (card.model_extra or {}).get("description")
    description = told if isinstance(told, str) else card.architecture
    return ModelFacts(
        name, f"{card.name} {card.version}", name == DEFAULT, card.hints, card.size, description
    )


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
        steps.append(_PersonsEdit(choice.strokes, paint, choice.exact))
    return Edits(tuple(steps)) if steps else None


@lru_cache(maxsize=8)
def _reference(contents: tuple[bytes, ...]) -> Reference:
    """References that were used last are kept: a network looks at each only once."""
    return Reference(tuple(_read(content) for content in contents))


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
