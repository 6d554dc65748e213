"""What a worker does with a job: one photograph after another, each kept before the next."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django_tasks import task

from tomau.server import coloring, files
from tomau.server.errors import as_api_error
from tomau.server.jobs import services
from tomau.server.jobs.film_work import MOST_ATTEMPTS, color_film
from tomau.server.jobs.models import Film, Item
from tomau.server.photos.selectors import reference_files
from tomau.server.photos.services import choice_of, keep_version, original_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tomau.server.photos.models import Photo

log = logging.getLogger("tomau.server.jobs")

stopping = threading.Event()
"""Set when this worker is asked to end: the photograph in work is finished first."""


@task()
def run_job(job_id: str) -> None:
    """Go on with a job; whoever calls it twice does no harm."""
    job, worker = UUID(job_id), services.worker_name()
    if not services.take(job, worker):
        return
    with _heartbeat(job, worker):
        if Film.objects.filter(job_id=job).exists():
            color_film(job, worker, stopping)
            return
        while not stopping.is_set():
            if not services.renew(job, worker):  # paused, cancelled, deleted, or given to another
                return
            item = _next_item(job)
            if item is None:
                services.finish(job, worker, failed=_has_failed(job))
                return
            _color(item)
        services.give_back(job, worker)


def _next_item(job: UUID) -> Item | None:
    waiting = Item.objects.filter(job_id=job, state=Item.State.QUEUED)
    return waiting.select_related("photo__owner", "job__owner").first()


def _has_failed(job: UUID) -> bool:
    states = set(Item.objects.filter(job_id=job).values_list("state", flat=True))
    return states == {Item.State.FAILED}


def _color(item: Item) -> None:
    """Colour one photograph of a job, and keep the result or the reason why there is none."""
    item.attempts += 1
    # Counted before the work: a photograph that kills its worker must not do so for ever.
    Item.objects.filter(id=item.id).update(attempts=item.attempts)
    if item.attempts > MOST_ATTEMPTS:
        _fail(item, f"the worker died {MOST_ATTEMPTS} times on this photograph; it is left out")
        return
    if item.photo is None:
        _fail(item, "the photograph was deleted before its turn came")
        return
    try:
        result = _result(item, item.photo)
        with transaction.atomic():
            version = keep_version(item.photo, item.job.settings, result)
            waiting = Item.objects.filter(id=item.id, state=Item.State.QUEUED)
            if not waiting.update(state=Item.State.DONE, version=version):
                # Another worker, which took this one for dead, was quicker.
                transaction.set_rollback(True)
                files.delete(files.picture(version.id), files.version_look(version.id))
    except DatabaseError:
        raise  # the job is taken up again when the database is back
    except Exception as error:  # whatever a photograph does, the others have their turn
        known = as_api_error(error)
        if known is None:
            log.exception("%s of job %s could not be coloured", item.photo_id, item.job_id)
        _fail(item, str(known) if known else "something unforeseen went wrong; see the log")


def _result(item: Item, photo: Photo) -> coloring.Result:
    job = item.job
    paint = files.read(files.paint(job.id)) if job.has_paint else None
    references = reference_files(job.owner, job.settings["references"])
    choice = choice_of(job.settings, references=references, paint=paint)
    return coloring.colorize(original_of(photo), choice, wanted=job.format or None)


def _fail(item: Item, message: str) -> None:
    Item.objects.filter(id=item.id).update(state=Item.State.FAILED, message=message)


@contextmanager
def _heartbeat(job: UUID, worker: str) -> Iterator[None]:
    """Renew the lease while the block runs, however long one photograph takes."""
    over = threading.Event()
    every = settings.OPTIONS.lease_seconds / 3

    def beat() -> None:
        try:
            while not over.wait(every):
                try:
                    services.renew(job, worker)
                except DatabaseError as error:
                    log.warning("the lease of job %s could not be renewed: %s", job, error)
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name="tomau-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=every + 1)
