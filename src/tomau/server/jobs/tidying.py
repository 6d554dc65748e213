"""Files that no row knows: what a process that was killed between the two left behind."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from tomau.server.home import work_folder
from tomau.server.jobs.models import Film, Job
from tomau.server.photos.models import Photo, Version

if TYPE_CHECKING:
    from django.db.models import Model

_OLD_SECONDS = 3600.0
_KINDS: tuple[tuple[str, type[Model]], ...] = (
    ("photos", Photo),
    ("versions", Version),
    ("jobs", Job),
    ("films", Film),
)


def delete_orphans(*, older_than: float = _OLD_SECONDS) -> int:
    """Delete files of a folder storage that belong to no row, and uploads that never ended.

    Args:
        older_than: seconds; younger ones may just be on their way.

    Returns:
        How many folders and uploads were deleted; 0 for a bucket, whose own rules do this.
    """
    deleted = _delete_old_uploads(older_than) + _delete_old_work(older_than)
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return deleted
    root = Path(storage.location)
    for name, model in _KINDS:
        folders = {}
        for folder in _old_entries(root / name, older_than):
            with contextlib.suppress(ValueError):
                folders[UUID(folder.name)] = folder
        known = set(
            model._default_manager.filter(pk__in=list(folders)).values_list("pk", flat=True)
        )
        for key in folders.keys() - known:
            shutil.rmtree(folders[key], ignore_errors=True)
            deleted += 1
    return deleted


def _delete_old_uploads(older_than: float) -> int:
    deleted = 0
    for file in _old_entries(Path(settings.FILE_UPLOAD_TEMP_DIR), older_than):
        with contextlib.suppress(OSError):
            file.unlink()
            deleted += 1
    return deleted


def _delete_old_work(older_than: float) -> int:
    """Delete what is left of films that nobody goes on with."""
    deleted = 0
    open_ = [Job.State.QUEUED, Job.State.RUNNING, Job.State.PAUSED]
    for folder in _old_entries(work_folder(settings.OPTIONS.home), older_than):
        with contextlib.suppress(ValueError):
            if not Job.objects.filter(id=UUID(folder.name), state__in=open_).exists():
                shutil.rmtree(folder, ignore_errors=True)
                deleted += 1
    return deleted


def _old_entries(folder: Path, older_than: float) -> list[Path]:
    before = time.time() - older_than
    try:
        return [entry for entry in folder.iterdir() if entry.stat().st_mtime < before]
    except FileNotFoundError:
        return []
