"""What changes films: uploading them, and deleting those that are past their day."""

from __future__ import annotations

import contextlib
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction
from django.utils import timezone

from tomau.server import files, filming
from tomau.server.errors import ApiError
from tomau.server.jobs.models import Film, Job
from tomau.server.jobs.selectors import expired_films
from tomau.server.jobs.services import give_to_workers
from tomau.server.photos.services import shown_name
from tomau.server.pool import shared_pool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.core.files.uploadedfile import UploadedFile

    from tomau.server.accounts.models import User


def add_film(owner: User, upload: UploadedFile[bytes], kept: Mapping[str, Any]) -> Job:
    """Keep an uploaded film, byte for byte, after looking at what it is, and make a job of it.

    Raises:
        FilmReadError: it is no film, is damaged, or its frames are too large.
        MissingExtraError: the packages that films need are not installed.
        ApiError: it is too large a file, or the person keeps too many films.
        OSError: the disk is full.
    """
    options = settings.OPTIONS
    size = upload.size or 0
    if size > options.max_film_bytes:
        raise ApiError(
            413,
            "too_large",
            f"a film of {size:,} bytes came; expected {options.max_film_bytes:,} at most",
        )
    if owner.jobs.filter(film__isnull=False).count() >= options.max_films:
        raise ApiError(
            409,
            "too_many_films",
            f"{options.max_films:,} films are kept already, and no more may be; delete some",
        )
    suffix = filming.sniff(upload.read(filming.HEAD_BYTES))
    with _on_disk(upload) as path:
        facts = shared_pool().run(filming.look, path, suffix)
    days = options.retention_days
    job = Job(owner=owner, settings=dict(kept))
    film = Film(
        job=job,
        name=shown_name(upload.name or ""),
        bytes=size,
        width=facts.width,
        height=facts.height,
        seconds=facts.seconds,
        total=facts.frames,
        result_suffix=facts.result_suffix,
        expires=timezone.now() + timedelta(days=days) if days else None,
    )
    try:
        upload.seek(0)
        files.write(files.film(job.id), upload)
        with transaction.atomic():
            job.save(force_insert=True)
            film.save(force_insert=True)
            give_to_workers(job)
    except BaseException:
        with contextlib.suppress(OSError):
            files.delete(files.film(job.id))
        raise
    return job


def delete_expired_films() -> int:
    """Delete the films whose day has come; answer how many."""
    expired = list(expired_films()[:100])
    for job in expired:
        job.delete()
    return len(expired)


@contextlib.contextmanager
def _on_disk(upload: UploadedFile[bytes]) -> Iterator[Path]:
    """An upload as a file of this machine; a small one lies in memory until then."""
    if isinstance(upload, TemporaryUploadedFile):
        yield Path(upload.temporary_file_path())
        return
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        for part in upload.chunks():
            copy.write(part)
        copy.flush()
        yield Path(copy.name)
