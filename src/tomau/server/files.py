"""Where files lie in the storage, a folder or a bucket: places follow from ids, never from names.

photos/<photo id>/original        as uploaded, byte for byte
photos/<photo id>/look.jpg        upright, for looking at
versions/<version id>/picture     the result, in the original's format
versions/<version id>/look.jpg    for looking at
jobs/<job id>/paint.png           scribbles of a job of one photograph
films/<job id>/original           a film as uploaded, byte for byte
films/<job id>/result             the film in colour
surveys/<survey id>/<picture id>.jpg   a copy as raters see it
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
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


def film(job: UUID) -> str:
    """Place of an uploaded film."""
    return f"films/{job}/original"


def film_result(job: UUID) -> str:
    """Place of a film in colour."""
    return f"films/{job}/result"


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


def local_file(place: str, folder: Path) -> Path:
    """A stored file as one of this machine; that of a bucket is fetched into ``folder`` once.

    Raises:
        FileNotFoundError: there is none.
    """
    try:
        return Path(default_storage.path(place))
    except NotImplementedError:  # a bucket has no paths
        pass
    copy = folder / place.rpartition("/")[2]
    if not copy.exists():
        half = copy.with_name(f"{copy.name}.half")
        with default_storage.open(place) as stored, half.open("wb") as stream:
            shutil.copyfileobj(stored, stream)
        half.replace(copy)
    return copy


def delete(*places: str) -> None:
    """Delete files, and the folders that are empty then; one that is not there is no error."""
    for place in places:
        default_storage.delete(place)
        with contextlib.suppress(NotImplementedError, OSError):
            folder, _, _ = place.rpartition("/")
            default_storage.delete(folder)
