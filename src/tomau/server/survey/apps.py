"""The app of surveys."""

from __future__ import annotations

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """Registers what happens when a version that a survey shows is deleted."""

    name = "tomau.server.survey"
    label = "survey"

    def ready(self) -> None:
        from tomau.server.survey import signals  # noqa: F401 - connects its receivers
