"""What is read of jobs; a person sees only their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tomau.server.errors import not_found
from tomau.server.jobs.models import Film, Job

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from tomau.server.accounts.models import User


def jobs_of(user: User) -> QuerySet[Job]:
    """A person's jobs, the newest first."""
    return Job.objects.filter(owner=user).select_related("film").prefetch_related("items")


def job_of(user: User, job: UUID) -> Job:
    """One of a person's jobs.

    Raises:
        ApiError: there is none, or it is somebody else's.
    """
    found = jobs_of(user).filter(id=job).first()
    if found is None:
        raise not_found("job")
    return found


def film_of(job: Job) -> Film | None:
    """The film of a job that colours one; None of a batch of photographs."""
    found: Film | None = getattr(job, "film", None)
    return found


def expired_films() -> QuerySet[Job]:
    """Jobs whose film's day has come, and that nobody works on."""
    return Job.objects.filter(film__expires__lte=timezone.now()).exclude(state=Job.State.RUNNING)
