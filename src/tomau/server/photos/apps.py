"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    """Photographs and their coloured versions."""

    name = "tomau.server.photos"
    label = "photos"
