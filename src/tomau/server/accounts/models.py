"""Accounts."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person with a name and a password; staff make surveys and see their results."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = []


class Visits(models.Model):
    """How often somebody asked for something lately (see `tomau.server.accounts.visits`).

    Attributes:
        key: whose requests, of what kind.
        window: number of the stretch of time that is counted.
        count: requests in it.
        before: requests in the one before.
        ends: when the row says nothing any more.
    """

    key = models.CharField(max_length=200, primary_key=True)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)
    before = models.PositiveIntegerField(default=0)
    ends = models.DateTimeField(db_index=True)
