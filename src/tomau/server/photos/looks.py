"""Pictures for looking at: from the look that is kept, or from the file where it is too small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomau.server import coloring, files
from tomau.server.errors import not_found
from tomau.server.pool import shared_pool

if TYPE_CHECKING:
    from tomau.server.photos.models import Photo, Version


def photo_view(photo: Photo, side: int) -> bytes:
    """A photograph in its own tones, its long side at most ``side``: JPEG or WebP.

    Raises:
        ApiError: it was deleted meanwhile, or too many pictures wait.
    """
    places = (files.original(photo.id), files.photo_look(photo.id))
    return _view(places, max(photo.width, photo.height), side)


def version_view(version: Version, side: int) -> bytes:
    """A result, its long side at most ``side``: JPEG or WebP.

    Raises:
        ApiError: it was deleted meanwhile, or too many pictures wait.
    """
    places = (files.picture(version.id), files.version_look(version.id))
    return _view(places, max(version.width, version.height), side)


def _view(places: tuple[str, str], longest: int, side: int) -> bytes:
    whole, look = places
    try:
        if side > coloring.LOOK_SIDE and longest > coloring.LOOK_SIDE:
            return shared_pool().run(coloring.view, files.read(whole), side)
        content = files.read(look)
    except FileNotFoundError as error:
        raise not_found("picture") from error
    if side >= min(longest, coloring.LOOK_SIDE):
        return content
    return shared_pool().run(coloring.view, content, side)
