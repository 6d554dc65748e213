"""Fixtures of the server: a data folder of its own, people, photographs."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["DJANGO_SETTINGS_MODULE"] = "tomau.server.settings"
_HOME = tempfile.TemporaryDirectory(prefix="tomau-server-tests-", ignore_cleanup_errors=True)
os.environ["TOMAU_HOME"] = _HOME.name
os.environ["TOMAU_MODE"] = "single"

import django  # noqa: E402
import pytest  # noqa: E402
from PIL import Image  # noqa: E402

from tomau.server.home import make_home  # noqa: E402

make_home(Path(_HOME.name))
django.setup()

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rest_framework.test import APIClient

    from tomau.server.accounts.models import User


@pytest.fixture
def client(db: None) -> APIClient:
    """The local person of single mode."""
    from rest_framework.test import APIClient

    return APIClient()


@pytest.fixture
def multi_user(settings, db: None) -> None:
    """The server asks for accounts."""
    settings.OPTIONS = settings.OPTIONS.model_copy(update={"mode": "multi"})


@pytest.fixture
def make_person(db: None):
    """Makes accounts: ``make_person("an", staff=True)``; their password is their name, long."""

    def make(name: str, *, staff: bool = False) -> User:
        from tomau.server.accounts.services import add_user

        return add_user(name, f"{name}-has-a-long-password", staff=staff)

    return make


@pytest.fixture
def client_of(multi_user: None):
    """Answers a client in which a person of multi-user mode is logged in."""

    def log_in(person: User) -> APIClient:
        from rest_framework.test import APIClient

        client = APIClient()
        client.force_login(person)
        return client

    return log_in


def jpeg_bytes(gray_u8: NDArray[np.uint8]) -> bytes:
    """A photograph as the bytes of a JPEG file."""
    stream = io.BytesIO()
    Image.fromarray(gray_u8).save(stream, "JPEG", quality=92)
    return stream.getvalue()


@pytest.fixture
def make_version(db: None, gray_u8: NDArray[np.uint8]):
    """Makes a photograph of a person with one coloured version, files and all, by hand.

    No network is run, so it is quick: the version is the photograph in sepia.
    """

    def make(owner: User, *, name: str = "photo.jpg", kind: str = "photo", model: str = "default"):
        from tomau.server import files
        from tomau.server.photos.models import Photo, Version

        content = jpeg_bytes(gray_u8)
        height, width = gray_u8.shape
        facts = {"width": width, "height": height, "bytes": len(content), "format": "JPEG"}
        photo = Photo.objects.create(owner=owner, name=name, kind=kind, **facts)
        files.write(files.original(photo.id), content)
        files.write(files.photo_look(photo.id), content)
        settings = {"model": model, "size": None, "strength": 1.0}
        version = Version.objects.create(
            photo=photo, settings=settings, model=model, seconds=0.1, **facts
        )
        files.write(files.picture(version.id), content)
        files.write(files.version_look(version.id), content)
        return version

    return make
