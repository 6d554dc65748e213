"""What a worker does with a film: it goes on where the last one stopped, and keeps the result."""

from __future__ import annotations

import fcntl
import logging
import shutil
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import DatabaseError

from tomau.server import files, filming
from tomau.server.errors import as_api_error
from tomau.server.home import work_folder
from tomau.server.jobs import services
from tomau.server.jobs.models import Film, Job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger("tomau.server.jobs")

MOST_ATTEMPTS = 3
_TELL_SECONDS = 1.0


def color_film(job: UUID, worker: str, stopping: threading.Event) -> None:
    """Colour the film of a job that this worker has taken, until it is done or others want it."""
    film = Film.objects.select_related("job").get(job_id=job)
    # Counted before the work: a film that kills its worker must not do so for ever.
    Film.objects.filter(job_id=job).update(attempts=film.attempts + 1)
    if film.attempts >= MOST_ATTEMPTS:
        _fail(job, worker, f"the worker died {MOST_ATTEMPTS} times on this film; it is left out")
        return
    try:
        finished = _made(film, worker, stopping)
    except DatabaseError:
        raise  # the job is taken up again when the database is back
    except Exception as error:  # whatever a film does, other jobs have their turn
        known = as_api_error(error)
        if known is None:
            log.exception("the film of job %s could not be coloured", job)
        _fail(job, worker, str(known) if known else "something unforeseen went wrong; see the log")
        return
    if finished:
        services.finish(job, worker, failed=False)
        discard(job)
        return
    Film.objects.filter(job_id=job).update(attempts=0)
    services.give_back(job, worker)
    if not Job.objects.filter(id=job).exclude(state=Job.State.CANCELLED).exists():
        discard(job)


def discard(job: UUID) -> None:
    """Delete what was begun of a film."""
    shutil.rmtree(_folder(job), ignore_errors=True)


def _made(film: Film, worker: str, stopping: threading.Event) -> bool:
    """Colour a film and keep the result; False if it was stopped before the end."""
    job, kept = film.job, film.job.settings
    stop = threading.Event()
    told = 0.0

    def tell(done: int, total: int | None) -> None:
        nonlocal told
        if time.monotonic() < told + _TELL_SECONDS and not stopping.is_set():
            return
        told = time.monotonic()
        mine = services.renew(job.id, worker)  # not if paused, cancelled, or given to another
        if mine:
            Film.objects.filter(job_id=job.id).update(done=done, total=total)
        if stopping.is_set() or not mine:
            stop.set()

    folder = _folder(job.id)
    with _alone(folder):
        source = files.local_file(files.film(job.id), folder)
        target = folder / f"result{film.result_suffix}"
        finished = target.exists() or filming.colorize(
            source, target, model=kept["model"], size=kept["size"], strength=kept["strength"],
            tell=tell, stop=stop,
        )  # fmt: skip
        if finished:
            _keep(film, target)
        return finished


def _keep(film: Film, target: Path) -> None:
    with target.open("rb") as stream:
        files.write(files.film_result(film.job_id), File(stream))
    done = filming.look(target, target.suffix).frames
    size = target.stat().st_size
    kept = Film.objects.filter(job_id=film.job_id).update(result_bytes=size, done=done, total=done)
    if not kept:  # deleted meanwhile
        files.delete(files.film_result(film.job_id))


def _fail(job: UUID, worker: str, message: str) -> None:
    Film.objects.filter(job_id=job).update(message=message)
    services.finish(job, worker, failed=True)
    discard(job)


def _folder(job: UUID) -> Path:
    return work_folder(settings.OPTIONS.home) / str(job)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one worker at a time have a film; one that was taken for dead stops before long."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
