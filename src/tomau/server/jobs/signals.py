"""Deleted means deleted: a film's files go with its row, whichever way that goes."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from tomau.server import files
from tomau.server.jobs.film_work import discard
from tomau.server.jobs.models import Film


@receiver(post_delete, sender=Film)
def film_goes(sender: type[Film], instance: Film, **_: Any) -> None:
    """Delete what was uploaded, what was made of it, and what was begun."""
    del sender
    files.delete(files.film(instance.pk), files.film_result(instance.pk))
    discard(instance.pk)
