"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Registers that a film's files go with its row."""

    name = "tomau.server.jobs"
    label = "jobs"

    def ready(self) -> None:
        from tomau.server.jobs import signals  # noqa: F401 - connects its receivers
