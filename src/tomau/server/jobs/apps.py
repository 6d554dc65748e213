"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Batches that a worker colours."""

    name = "tomau.server.jobs"
    label = "jobs"
