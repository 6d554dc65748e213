"""Live previews: the network ran once for a photograph, and colours follow the hand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings

from tomau.runtime.prepared import Prepared
from tomau.server import coloring
from tomau.server.kept import Kept
from tomau.server.pool import shared_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tomau.edits.suggestions import Suggestion
    from tomau.server.coloring import Choice

Answer = TypeVar("Answer")


@lru_cache(maxsize=1)
def kept_photos() -> Kept[Prepared]:
    """The prepared photographs of this process."""
    return Kept(settings.OPTIONS.preview_bytes)


def forget_photo(photo: Hashable) -> None:
    """Let go of what was prepared of a photograph."""
    kept_photos().forget(photo)


def preview(photo: Hashable, read: Callable[[], bytes], choice: Choice) -> bytes:
    """Answer a choice as a small JPEG.

    Args:
        photo: its id, or whatever else tells it from others.
        read: answers its file; called only where the photograph is not prepared.
        choice: how it is coloured.

    Raises:
        UsageError: the choice cannot be carried out.
        ApiError: too many pictures wait.
    """

    def answer(prepared: Prepared) -> bytes:
        return coloring.preview(prepared, choice)

    return _asked(answer, photo, read, choice.model, choice.size)


def suggestions(
    photo: Hashable, read: Callable[[], bytes], x: float, y: float, *, model: str, size: int | None
) -> tuple[Suggestion, ...]:
    """Name plausible colours of a place; arguments as in `preview`, x and y in pixels.

    Raises:
        UsageError: the place lies outside, or the model tells none.
        ApiError: too many pictures wait.
    """

    def answer(prepared: Prepared) -> tuple[Suggestion, ...]:
        return coloring.colors_at(prepared, x, y)

    return _asked(answer, photo, read, model, size)


def _asked(
    question: Callable[[Prepared], Answer],
    photo: Hashable,
    read: Callable[[], bytes],
    model: str,
    size: int | None,
) -> Answer:
    """Ask something of a prepared photograph, on the pool."""
    key = (photo, model, size)
    found = kept_photos().get(key)
    # Read here: what runs on the pool may not touch the database.
    content = b"" if found is not None else read()

    def make() -> Prepared:
        return coloring.prepare(content, model, size)

    def work() -> Answer:
        return question(found or kept_photos().get_or_make(key, make, lambda one: one.nbytes))

    return shared_pool().run(work)
