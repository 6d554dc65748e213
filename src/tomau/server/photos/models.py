"""Photographs as they came, and their coloured versions.

The files lie in the storage at places that follow from the ids (see `tomau.server.files`).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Photo(models.Model):
    """An uploaded picture, kept byte for byte."""

    class Kind(models.TextChoices):
        """What a picture is for."""

        PHOTO = "photo"
        REFERENCE = "reference"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="photos"
    )
    name = models.CharField(max_length=255)  # what the person called it; never a path of ours
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.PHOTO)
    width = models.PositiveIntegerField()  # upright, in pixels
    height = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    format = models.CharField(max_length=16)  # Pillow's name: JPEG, PNG, TIFF, ...
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created", "id")
        indexes = (
            models.Index(fields=["owner", "kind", "-created"], name="photo_of_owner"),
            models.Index(fields=["expires"], name="photo_expires"),
        )

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Version(models.Model):
    """A photograph in colour, by the settings that made it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="versions")
    settings = models.JSONField()
    model = models.CharField(max_length=255)  # name on the card of the model that answered
    created = models.DateTimeField(auto_now_add=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    format = models.CharField(max_length=16)
    bytes = models.BigIntegerField()
    seconds = models.FloatField()  # of computing, without waiting

    class Meta:
        ordering = ("created", "id")

    def __str__(self) -> str:
        """Its photograph's name."""
        return f"{self.photo.name} in colour"
