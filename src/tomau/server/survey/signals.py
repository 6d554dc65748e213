"""Deleted means deleted: a survey's copy of a picture goes with what it was made of."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from tomau.server.photos.models import Photo, Version
from tomau.server.survey.models import SurveyPicture
from tomau.server.survey.services import remove_pictures


@receiver(pre_delete, sender=Version)
def version_goes(sender: type[Version], instance: Version, **_: Any) -> None:
    """Take a version out of the surveys that show it."""
    del sender
    remove_pictures(list(SurveyPicture.objects.filter(version=instance, is_shown=True)))


@receiver(pre_delete, sender=Photo)
def photo_goes(sender: type[Photo], instance: Photo, **_: Any) -> None:
    """Take a photograph, and what was made of it, out of the surveys that show it."""
    del sender
    remove_pictures(list(SurveyPicture.objects.filter(source=instance, is_shown=True)))
