"""Fixtures of the server: a data folder of its own, people, photographs, small models."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

# Django reads its settings once for a process; these are for the tests alone.
os.environ["DJANGO_SETTINGS_MODULE"] = "tomau.server.settings"
_HOME = tempfile.TemporaryDirectory(prefix="tomau-server-tests-", ignore_cleanup_errors=True)
os.environ["TOMAU_HOME"] = _HOME.name
os.environ["TOMAU_MODE"] = "single"
os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402
from PIL import Image  # noqa: E402

from tests.runtime.conftest import write_hinting_model  # noqa: E402
from tomau.server.home import make_home  # noqa: E402

make_home(Path(_HOME.name))
django.setup()

from rest_framework.test import APIClient  # noqa: E402

from tomau.server import files  # noqa: E402
from tomau.server.accounts.models import User  # noqa: E402
from tomau.server.accounts.services import add_user  # noqa: E402
from tomau.server.photos.models import Photo, Version  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytest_django.fixtures import SettingsWrapper as Settings


@pytest.fixture(scope="package", autouse=True)
def small_models(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store of two models: the tiny one as ``default``, and ``hinting``, which takes hints."""
    store = tmp_path_factory.mktemp("store")
    (store / "default").symlink_to(tiny_model)
    write_hinting_model(store / "hinting")
    before = os.environ.get("TOMAU_MODELS")
    os.environ["TOMAU_MODELS"] = str(store)
    yield store
    if before is None:
        del os.environ["TOMAU_MODELS"]
    else:
        os.environ["TOMAU_MODELS"] = before


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Passwords are hashed quickly."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class SetOptions(Protocol):
    def __call__(self, **changes: object) -> None: ...


@pytest.fixture
def set_options(settings: Settings) -> SetOptions:
    """Changes what a person sets about the server, for one test."""

    def change(**changes: object) -> None:
        settings.OPTIONS = settings.OPTIONS.model_copy(update=changes)

    return change


@pytest.fixture
def client(db: None) -> APIClient:
    """The local person of single mode."""
    return APIClient()


@pytest.fixture
def multi_user(set_options: SetOptions, db: None) -> None:
    """The server asks for accounts."""
    set_options(mode="multi")


class MakePerson(Protocol):
    def __call__(self, name: str, *, staff: bool = False) -> User: ...


@pytest.fixture
def make_person(db: None) -> MakePerson:
    """Makes accounts: ``make_person("an", staff=True)``; see `password_of`."""

    def make(name: str, *, staff: bool = False) -> User:
        return add_user(name, password_of(name), staff=staff)

    return make


def password_of(name: str) -> str:
    """The password of an account of `make_person`."""
    return f"{name}-knows-a-long-one"


class ClientOf(Protocol):
    def __call__(self, person: User) -> APIClient: ...


@pytest.fixture
def client_of(multi_user: None) -> ClientOf:
    """Answers a client in which a person of multi-user mode is logged in."""

    def log_in(person: User) -> APIClient:
        client = APIClient()
        client.force_login(person)
        return client

    return log_in


def encoded(pixels: NDArray[np.uint8], kind: str = "JPEG") -> bytes:
    """A picture as the bytes of a file."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, quality=92)
    return stream.getvalue()


def jpeg_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """A picture as the bytes of a JPEG file."""
    return encoded(pixels, "JPEG")


def decoded(content: bytes) -> NDArray[np.uint8]:
    """The pixels of a file's bytes."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


def uploaded(content: bytes, name: str = "photo.jpg") -> io.BytesIO:
    """A file as test clients send it."""
    stream = io.BytesIO(content)
    stream.name = name
    return stream


def body_of(answer: object) -> bytes:
    """The bytes of an answer, whether or not it came in parts; it is closed."""
    parts = getattr(answer, "streaming_content", None)
    content = answer.content if parts is None else b"".join(parts)  # type: ignore[attr-defined]
    answer.close()  # type: ignore[attr-defined]
    return bytes(content)


@pytest.fixture
def photo_jpeg(gray_u8: NDArray[np.uint8]) -> bytes:
    """A gray photograph of 140 x 90 as the bytes of a JPEG file."""
    return jpeg_bytes(gray_u8)


class MakePhoto(Protocol):
    def __call__(self, owner: User, **facts: object) -> Photo: ...


@pytest.fixture
def make_photo(db: None, photo_jpeg: bytes) -> MakePhoto:
    """Puts a photograph of 140 x 90 into a person's keeping, files and all."""

    def make(owner: User, **facts: object) -> Photo:
        fixed = {"width": 140, "height": 90, "bytes": len(photo_jpeg), "format": "JPEG"}
        photo = Photo.objects.create(owner=owner, **{"name": "photo.jpg", **fixed, **facts})
        files.write(files.original(photo.id), photo_jpeg)
        files.write(files.photo_look(photo.id), photo_jpeg)
        return photo

    return make


class MakeVersion(Protocol):
    def __call__(self, owner: User, *, model: str = "default", **facts: object) -> Version: ...


@pytest.fixture
def make_version(make_photo: MakePhoto, photo_jpeg: bytes) -> MakeVersion:
    """Makes a photograph with one version, files and all, by hand: no network is run."""

    def make(owner: User, *, model: str = "default", **facts: object) -> Version:
        photo = make_photo(owner, **facts)
        chosen = {
            "model": model, "size": None, "strength": 1.0, "hints": [], "strokes": [],
            "references": [], "exact": False, "reach": 1.0,
        }  # fmt: skip
        version = Version.objects.create(
            photo=photo, settings=chosen, model=model, seconds=0.1, width=photo.width,
            height=photo.height, bytes=len(photo_jpeg), format="JPEG",
        )  # fmt: skip
        files.write(files.picture(version.id), photo_jpeg)
        files.write(files.version_look(version.id), photo_jpeg)
        return version

    return make


@pytest.fixture
def local(db: None) -> User:
    """The one person of single mode."""
    from tomau.server.accounts.services import local_user

    return local_user()
