"""What changes jobs: making them, pausing, going on, cancelling, giving them to workers."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tomau.server import files
from tomau.server.errors import ApiError
from tomau.server.jobs.models import Item, Job

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from tomau.server.accounts.models import User
    from tomau.server.photos.models import Photo

State = Job.State
_KEPT_TASKS = timedelta(days=1)


def is_large(photo: Photo) -> bool:
    """Whether colouring a photograph takes longer than one who waits for an answer would."""
    return photo.width * photo.height > int(settings.OPTIONS.inline_pixels)


def create_job(
    owner: User,
    photos: Sequence[Photo],
    kept: Mapping[str, Any],
    *,
    paint: bytes | None = None,
    wanted: str = "",
) -> Job:
    """Make a job of photographs and settings, and give it to the workers.

    ``paint`` are scribbles for the one photograph, ``wanted`` is the format of the results.
    """
    with transaction.atomic():
        job = Job.objects.create(
            owner=owner, settings=dict(kept), has_paint=paint is not None, format=wanted
        )
        Item.objects.bulk_create(
            Item(job=job, position=position, photo=photo, name=photo.name)
            for position, photo in enumerate(photos)
        )
        if paint is not None:
            files.write(files.paint(job.id), paint)
        give_to_workers(job)
    return job


def pause(job: Job) -> Job:
    """Let a job rest after the photograph that is in work.

    Raises:
        ApiError: it is over already.
    """
    return _change(job, State.PAUSED, State.QUEUED, State.RUNNING, State.PAUSED)


def resume(job: Job) -> Job:
    """Go on with a job that rests.

    Raises:
        ApiError: it is over already.
    """
    with transaction.atomic():
        before = job.state
        job = _change(job, State.QUEUED, State.PAUSED, stays=(State.QUEUED, State.RUNNING))
        if before == State.PAUSED:
            give_to_workers(job)
    return job


def cancel(job: Job) -> Job:
    """End a job after the photograph that is in work; what is done stays.

    Raises:
        ApiError: it is over already.
    """
    job = _change(
        job, State.CANCELLED, State.QUEUED, State.RUNNING, State.PAUSED, stays=(State.CANCELLED,)
    )
    Job.objects.filter(id=job.id, finished=None).update(finished=timezone.now())
    job.refresh_from_db()
    return job


def _change(job: Job, to: str, *of: str, stays: tuple[str, ...] = ()) -> Job:
    """Bring a job from one of some states to another, in one step of the database."""
    changed = Job.objects.filter(id=job.id, state__in=of).update(state=to, lease=None, worker="")
    job.refresh_from_db()
    if not changed and job.state not in stays:
        raise ApiError(
            409, "wrong_state", f"the job is {job.state}; expected one that is {' or '.join(of)}"
        )
    return job


def delete_job(job: Job) -> None:
    """Delete a job that is over; a film goes with it, versions of photographs stay.

    Raises:
        ApiError: it is not over.
    """
    over = (State.DONE, State.FAILED, State.CANCELLED)
    if job.state not in over:
        raise ApiError(
            409, "wrong_state", f"the job is {job.state}; expected one that is over: cancel it"
        )
    paint = files.paint(job.id) if job.has_paint else None
    job.delete()
    if paint is not None:
        files.delete(paint)


def worker_name() -> str:
    """Name of this process among the workers: machine and process number."""
    return f"{socket.gethostname()[:48]}/{os.getpid()}"


def take(job: UUID, worker: str) -> bool:
    """Take a job that waits, or whose worker was not heard of for too long; False if others did."""
    now = timezone.now()
    waits = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease__lt=now)
    taken = Job.objects.filter(waits, id=job).update(
        state=State.RUNNING, worker=worker, lease=now + _lease()
    )
    Job.objects.filter(id=job, worker=worker, started=None).update(started=now)
    return bool(taken)


def renew(job: UUID, worker: str) -> bool:
    """Say that the worker lives; False if the job is not its own any more."""
    mine = Job.objects.filter(id=job, worker=worker, state=State.RUNNING)
    return bool(mine.update(lease=timezone.now() + _lease()))


def give_back(job: UUID, worker: str) -> None:
    """Let others go on with a job whose worker is asked to stop."""
    with transaction.atomic():
        mine = Job.objects.filter(id=job, worker=worker, state=State.RUNNING)
        if mine.update(state=State.QUEUED, worker="", lease=None):
            give_to_workers(Job.objects.get(id=job))


def finish(job: UUID, worker: str, *, failed: bool) -> None:
    """End a job of which nothing waits any more; it failed where nothing of it succeeded."""
    state = State.FAILED if failed else State.DONE
    mine = Job.objects.filter(id=job, worker=worker, state=State.RUNNING)
    mine.update(state=state, finished=timezone.now(), lease=None, worker="")


def recover_jobs() -> int:
    """Give jobs of dead workers, and those that nobody was told of, to the workers again.

    A worker of this machine is dead if its process is gone, any other if its lease has run out.

    Returns:
        How many.
    """
    recovered = 0
    for job in Job.objects.filter(state=State.RUNNING):
        if not _is_dead(job):
            continue
        with transaction.atomic():
            same = Job.objects.filter(id=job.id, state=State.RUNNING, worker=job.worker)
            if same.update(state=State.QUEUED, worker="", lease=None):
                _end_tasks(job)
                give_to_workers(job)
                recovered += 1
    for job in Job.objects.filter(state=State.QUEUED, created__lt=timezone.now() - _lease()):
        if not _tasks_of(job).filter(status=TaskResultStatus.READY).exists():
            give_to_workers(job)
            recovered += 1
    return recovered


def forget_old_tasks() -> None:
    """Delete the queue's own rows of tasks that are over for a day."""
    over = [TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED]
    before = timezone.now() - _KEPT_TASKS
    DBTaskResult.objects.filter(status__in=over, finished_at__lt=before).delete()


def _lease() -> timedelta:
    return timedelta(seconds=settings.OPTIONS.lease_seconds)


def _is_dead(job: Job) -> bool:
    if job.lease is not None and job.lease < timezone.now():
        return True
    machine, _, number = job.worker.rpartition("/")
    if machine != socket.gethostname()[:48] or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it lives, as somebody else's
        return False
    return False


def give_to_workers(job: Job) -> None:
    """Tell the workers of a job."""
    from tomau.server.jobs.tasks import run_job

    run_job.enqueue(str(job.id))


def _tasks_of(job: Job) -> Any:
    from tomau.server.jobs.tasks import run_job

    asked = {"args": [str(job.id)], "kwargs": {}}
    return DBTaskResult.objects.filter(task_path=run_job.module_path, args_kwargs=asked)


def _end_tasks(job: Job) -> None:
    """Close the queue's rows of a dead worker, which the queue itself never does."""
    _tasks_of(job).filter(status=TaskResultStatus.RUNNING).update(
        status=TaskResultStatus.FAILED,
        finished_at=timezone.now(),
        exception_class_path="tomau.server.jobs.services.WorkerDied",
    )
