"""Batches: what is to be coloured, how far it is, who works on it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Job(models.Model):
    """Photographs that are coloured by the same settings, by a worker, one after another.

    A worker that takes a job holds a lease, which it renews while it lives. A job whose lease has
    run out is given to another worker, which goes on with the photographs that are not done.
    """

    class State(models.TextChoices):
        """How far a job is."""

        QUEUED = "queued"
        RUNNING = "running"
        PAUSED = "paused"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs"
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    settings = models.JSONField()
    format = models.CharField(max_length=16, blank=True, default="")  # of the results, or their own
    has_paint = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    lease = models.DateTimeField(null=True)  # until when the worker is trusted to live
    worker = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ("-created", "id")
        indexes = (
            models.Index(fields=["owner", "-created"], name="job_of_owner"),
            models.Index(fields=["state", "lease"], name="job_lease"),
        )

    def __str__(self) -> str:
        """Its id and state."""
        return f"{self.id} {self.state}"


class Film(models.Model):
    """The film of a job that colours one, in place of photographs.

    Attributes:
        job: whose progress and state it has.
        name: the client's, for people.
        bytes: of the upload.
        width: upright, in pixels.
        height: the same.
        seconds: how long it is; None where the file does not tell.
        total: about how many frames it has; None likewise.
        done: frames that are coloured.
        attempts: of workers, since one was last asked to stop.
        message: why it could not be coloured.
        result_suffix: of the result's name.
        result_bytes: of the result; None until there is one.
        expires: when it is deleted; None is never.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="film")
    name = models.CharField(max_length=255)
    bytes = models.BigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    seconds = models.FloatField(null=True)
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    message = models.TextField(blank=True, default="")
    result_suffix = models.CharField(max_length=8)
    result_bytes = models.BigIntegerField(null=True)
    expires = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Item(models.Model):
    """One photograph of a job."""

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "queued"
        DONE = "done"
        FAILED = "failed"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    photo = models.ForeignKey(
        "photos.Photo", on_delete=models.SET_NULL, null=True, related_name="items"
    )
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    message = models.TextField(blank=True, default="")
    version = models.OneToOneField(
        "photos.Version", on_delete=models.SET_NULL, null=True, related_name="item"
    )

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["job", "position"], name="one_item_at_a_position"),
        )

    def __str__(self) -> str:
        """Its name and state."""
        return f"{self.name} {self.state}"
