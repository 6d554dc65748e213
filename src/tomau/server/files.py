"""Where files lie in the storage, a folder or a bucket: places follow from ids, never from names.

photos/<photo id>/original        as uploaded, byte for byte
photos/<photo id>/look.jpg        upright, for looking at
versions/<version id>/picture     the result, in the original's format
versions/<version id>/look.jpg    for looking at
jobs/<job id>/paint.png           scribbles of a job of one photograph
surveys/<survey id>/<picture id>.jpg   a copy as raters see it
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.base import File


def original(photo: UUID) -> str:
    """Place of an upload."""
    return f"photos/{photo}/original"


def photo_look(photo: UUID) -> str:
    """Place of what is shown of an upload."""
    return f"photos/{photo}/look.jpg"


def picture(version: UUID) -> str:
    """Place of a result."""
    return f"versions/{version}/picture"


def version_look(version: UUID) -> str:
    """Place of what is shown of a result."""
    return f"versions/{version}/look.jpg"


def paint(job: UUID) -> str:
    """Place of a job's scribbles."""
    return f"jobs/{job}/paint.png"


def survey_picture(survey: UUID, picture: UUID) -> str:
    """Place of a survey's own copy of a picture."""
    return f"surveys/{survey}/{picture}.jpg"


def write(place: str, content: bytes | File[bytes]) -> None:
    """Write a file; what stood at its place is replaced, and nothing half written stays.

    Raises:
        OSError: the disk is full.
    """
    file = ContentFile(content) if isinstance(content, bytes) else content
    default_storage.delete(place)
    try:
        default_storage.save(place, file)
    except BaseException:
        with contextlib.suppress(OSError):
            default_storage.delete(place)
        raise


def read(place: str) -> bytes:
    """Read a file whole.

    Raises:
        FileNotFoundError: there is none.
    """
    with default_storage.open(place) as file:
        return bytes(file.read())


def delete(*places: str) -> None:
    """Delete files, and the folders that are empty then; one that is not there is no error."""
    for place in places:
        default_storage.delete(place)
        with contextlib.suppress(NotImplementedError, OSError):
            folder, _, _ = place.rpartition("/")
            default_storage.delete(folder)
