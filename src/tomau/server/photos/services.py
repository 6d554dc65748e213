"""What changes photographs: uploading, colouring, deleting."""

from __future__ import annotations

import contextlib
import unicodedata
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from tomau.server import coloring, files
from tomau.server.errors import ApiError, not_found
from tomau.server.photos.models import Photo, Version
from tomau.server.pool import shared_pool
from tomau.server.previews import forget_photo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files.uploadedfile import UploadedFile

    from tomau.server.accounts.models import User

_LONGEST_NAME = 255


def read_upload(upload: UploadedFile[bytes]) -> bytes:
    """Bytes of an uploaded file.

    Raises:
        ApiError: it is empty or too large.
    """
    most = settings.OPTIONS.max_bytes
    if upload.size is None or upload.size > most:
        raise ApiError(
            413,
            "too_large",
            f"a file of {upload.size or 0:,} bytes came; expected {most:,} at most: reduce it",
        )
    content: bytes = upload.read()
    return content


def add_photo(owner: User, name: str, content: bytes, *, kind: str = Photo.Kind.PHOTO) -> Photo:
    """Keep an uploaded picture, byte for byte, after looking at what it is.

    Raises:
        ImageReadError: it is no picture, damaged, or of too many pixels.
        ApiError: the person keeps too many already, or too many pictures wait.
        OSError: the disk is full.
    """
    most = settings.OPTIONS.max_files
    if owner.photos.count() >= most:
        raise ApiError(
            409,
            "too_many_photos",
            f"{most:,} photographs are kept already, and no more may be; delete some",
        )
    facts = shared_pool().run(coloring.inspect, content)
    days = settings.OPTIONS.retention_days
    photo = Photo(
        id=uuid.uuid4(),
        owner=owner,
        name=shown_name(name),
        kind=kind,
        width=facts.width,
        height=facts.height,
        bytes=len(content),
        format=facts.format,
        expires=timezone.now() + timedelta(days=days) if days else None,
    )
    places = {files.original(photo.id): content, files.photo_look(photo.id): facts.look}
    with _undone_on_failure(places):
        photo.save(force_insert=True)
    return photo


def shown_name(name: str) -> str:
    r"""A client's file name as text for people: no path, no control characters, not too long.

    >>> shown_name("../../etc/pass\nwd"), shown_name("C:\\photos\\a.jpg"), shown_name("..")
    ('passwd', 'a.jpg', 'photo')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Cc, Cf, Cs, Co, Cn: control and formatting characters, among them those that turn text round.
    kept = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip()
    return kept[:_LONGEST_NAME] if kept.strip(". ") else "photo"


def delete_photo(photo: Photo) -> None:
    """Delete a photograph with all its versions, rows and files."""
    versions = list(photo.versions.values_list("id", flat=True))
    places = [files.original(photo.id), files.photo_look(photo.id)]
    for version in versions:
        places += [files.picture(version), files.version_look(version)]
    forget_photo(photo.id)
    photo.delete()
    files.delete(*places)


def delete_version(version: Version) -> None:
    """Delete one version, row and files."""
    places = (files.picture(version.id), files.version_look(version.id))
    version.delete()
    files.delete(*places)


def color_photo(
    photo: Photo, kept: Mapping[str, Any], *, references: tuple[bytes, ...] = ()
) -> Version:
    """Colour a photograph at once and keep the result as a version.

    Raises:
        UsageError: the settings cannot be carried out.
        ApiError: too many pictures wait, or the photograph was deleted meanwhile.
        OSError: the disk is full.
    """
    content = original_of(photo)
    choice = choice_of(kept, references=references)
    return keep_version(photo, kept, shared_pool().run(coloring.colorize, content, choice))


def choice_of(
    kept: Mapping[str, Any], *, references: tuple[bytes, ...] = (), paint: bytes | None = None
) -> coloring.Choice:
    """What the colouring is asked for by kept settings."""
    from tomau.server.choices import as_choice

    return as_choice(kept, references=references, paint=paint)


def original_of(photo: Photo) -> bytes:
    """A photograph's file.

    Raises:
        ApiError: it was deleted meanwhile.
    """
    try:
        return files.read(files.original(photo.id))
    except FileNotFoundError as error:
        raise not_found("photo") from error


def keep_version(photo: Photo, kept: Mapping[str, Any], result: coloring.Result) -> Version:
    """Keep a result, files and row, both or none.

    Raises:
        ApiError: the photograph was deleted meanwhile.
        OSError: the disk is full.
    """
    version = Version(
        id=uuid.uuid4(),
        photo=photo,
        settings=dict(kept),
        model=result.model,
        width=result.width,
        height=result.height,
        format=result.format,
        bytes=len(result.content),
        seconds=result.seconds,
    )
    places = {
        files.picture(version.id): result.content,
        files.version_look(version.id): result.look,
    }
    with _undone_on_failure(places):
        try:
            with transaction.atomic():
                if not Photo.objects.filter(id=photo.id).exists():
                    raise not_found("photo")
                version.save(force_insert=True)
        except IntegrityError as error:
            raise not_found("photo") from error
    return version


def delete_expired() -> int:
    """Delete the photographs whose day has come; answer how many."""
    expired = list(Photo.objects.filter(expires__lte=timezone.now())[:500])
    for photo in expired:
        delete_photo(photo)
    return len(expired)


@contextlib.contextmanager
def _undone_on_failure(places: Mapping[str, bytes]):  # type: ignore[no-untyped-def]
    """Write files, run the block that keeps their row, and delete the files if either fails."""
    try:
        for place, content in places.items():
            files.write(place, content)
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            files.delete(*places)
        raise
