"""What is read of photographs; a person sees only their own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tomau.imaging import find_format
from tomau.server import files
from tomau.server.errors import ApiError, not_found
from tomau.server.media import extension
from tomau.server.photos.models import Photo, Version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomau.server.accounts.models import User


def photos_of(user: User) -> QuerySet[Photo]:
    """A person's photographs, the newest first, those past their day left out."""
    alive = Q(expires__isnull=True) | Q(expires__gt=timezone.now())
    return Photo.objects.filter(alive, owner=user).prefetch_related("versions")


def photo_of(user: User, photo: UUID) -> Photo:
    """One of a person's photographs.

    Raises:
        ApiError: there is none, or it is somebody else's.
    """
    found = photos_of(user).filter(id=photo).first()
    if found is None:
        raise not_found("photo")
    return found


def version_of(user: User, version: UUID) -> Version:
    """One version of a person's photographs.

    Raises:
        ApiError: there is none, or it is somebody else's.
    """
    found = Version.objects.filter(id=version, photo__in=photos_of(user)).first()
    if found is None:
        raise not_found("version")
    return found


def several_of(user: User, ids: Sequence[UUID], field: str) -> list[Photo]:
    """Several of a person's photographs, in the order of the ids, each once.

    Raises:
        ApiError: one of them is not there, or is somebody else's.
    """
    wanted = list(dict.fromkeys(ids))
    found = photos_of(user).prefetch_related(None).in_bulk(wanted)
    missing = [photo for photo in wanted if photo not in found]
    if missing:
        reason = f"there is no such photo: {missing[0]}"
        raise ApiError(400, "invalid", f"{field}: {reason}", fields={field: [reason]})
    return [found[photo] for photo in wanted]


def reference_files(user: User, ids: Sequence[str]) -> tuple[bytes, ...]:
    """Pictures whose colours are to be taken over, as they are looked at: large enough for that.

    Raises:
        ApiError: one of them is not there, or is somebody else's.
    """
    if not ids:
        return ()
    found = several_of(user, [UUID(one) for one in ids], "references")
    return tuple(files.read(files.photo_look(photo.id)) for photo in found)


def result_name(name: str, file_format: str) -> str:
    """Name under which a result is downloaded: ``grandma.color.jpg``."""
    own = extension(file_format)
    stem, dot, ending = name.rpartition(".")
    same = bool(dot) and find_format(ending) is not None
    known = find_format(ending) if same else None
    kept = f".{ending}" if known is not None and known.name == file_format else own
    return f"{stem if same and stem else name}.color{kept}"
