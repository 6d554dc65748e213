"""Live previews: the network ran once for a photograph, and colours follow the hand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from tomau.server import coloring
from tomau.server.pool import shared_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tomau.edits.suggestions import Suggestion
    from tomau.server.coloring import Choice, PreparedPhotos


@lru_cache(maxsize=1)
def kept_photos() -> PreparedPhotos:
    """The prepared photographs of this process."""
    return coloring.PreparedPhotos(settings.OPTIONS.previews)


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
    key = (photo, choice.model, choice.size)
    found = kept_photos().get(key)
    content = b"" if found is not None else read()

    def work() -> bytes:
        prepared = found or kept_photos().get_or_make(
            key, lambda: coloring.prepare(content, choice.model, choice.size)
        )
        return coloring.preview(prepared, choice)

    return shared_pool().run(work)


def suggestions(
    photo: Hashable, read: Callable[[], bytes], x: float, y: float, *, model: str, size: int | None
) -> tuple[Suggestion, ...]:
    """Name plausible colours of a place; arguments as in `preview`, x and y in pixels.

    Raises:
        UsageError: the place lies outside, or the model tells none.
        ApiError: too many pictures wait.
    """
    key = (photo, model, size)
    found = kept_photos().get(key)
    content = b"" if found is not None else read()

    def work() -> tuple[Suggestion, ...]:
        prepared = found or kept_photos().get_or_make(
            key, lambda: coloring.prepare(content, model, size)
        )
        return coloring.colors_at(prepared, x, y)

    return shared_pool().run(work)
