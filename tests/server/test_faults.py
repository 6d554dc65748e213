"""What happens when the disk is full, files are gone, or the database is locked."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import InterfaceError, OperationalError

from tests.server.conftest import uploaded
from tests.server.jobs.test_jobs import work
from tomau.server import files
from tomau.server.photos.models import Photo, Version

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from tests.server.conftest import MakePhoto, MakeVersion
    from tomau.server.accounts.models import User

URL = "/api/v1/photos"


@pytest.fixture
def fill_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the disk be full when a file of some name is half written."""

    def fill(name: str) -> None:
        real = FileSystemStorage._save

        def save(self: FileSystemStorage, place: str, content: Any) -> str:
            saved = real(self, place, content)
            if place.endswith(name):
                os.truncate(self.path(place), content.size // 2)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return saved

        monkeypatch.setattr(FileSystemStorage, "_save", save)

    return fill


def kept_files() -> set[str]:
    return {
        f"{kind}/{folder}"
        for kind in ("photos", "versions")
        for folder in default_storage.listdir(kind)[0]
    }


@pytest.mark.parametrize("name", ["original", "look.jpg"])
def test_an_upload_on_a_full_disk_leaves_nothing(
    client: APIClient, make_version: MakeVersion, local: User, photo_jpeg: bytes,
    fill_disk: Callable[[str], None], name: str,
) -> None:  # fmt: skip
    make_version(local)
    before = kept_files()
    fill_disk(name)
    answer = client.post(URL, {"file": uploaded(photo_jpeg)}, format="multipart")
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "storage_full")
    assert kept_files() == before
    assert Photo.objects.count() == 1


def test_a_version_on_a_full_disk_leaves_nothing(
    client: APIClient, make_version: MakeVersion, local: User, fill_disk: Callable[[str], None]
) -> None:
    photo = make_version(local).photo
    before = kept_files()
    fill_disk("picture")
    answer = client.post(f"{URL}/{photo.id}/versions", {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "storage_full")
    assert kept_files() == before
    assert Version.objects.count() == 1


def test_a_job_on_a_full_disk_tells_why(
    client: APIClient, make_photo: MakePhoto, local: User, fill_disk: Callable[[str], None]
) -> None:
    job = client.post("/api/v1/jobs", {"photos": [str(make_photo(local).id)]}).json()
    fill_disk("picture")
    work()
    job = client.get(f"/api/v1/jobs/{job['id']}").json()
    assert job["state"] == "failed"
    assert "disk is full" in job["failures"][0]["message"]


def test_a_file_that_is_gone_is_not_found(
    client: APIClient, make_version: MakeVersion, local: User
) -> None:
    version = make_version(local)
    photo = version.photo
    files.delete(
        files.original(photo.id), files.photo_look(photo.id),
        files.picture(version.id), files.version_look(version.id),
    )  # fmt: skip
    for answer in (
        client.get(f"{URL}/{photo.id}/original"),
        client.get(f"{URL}/{photo.id}/view"),
        client.post(f"{URL}/{photo.id}/preview", {}),
        client.post(f"{URL}/{photo.id}/versions", {}),
        client.get(f"/api/v1/versions/{version.id}/picture"),
        client.get(f"/api/v1/versions/{version.id}/picture", {"view": 100}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert client.delete(f"{URL}/{photo.id}").status_code == 204


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_database_that_is_gone_is_told_with_the_time_to_wait(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def gone(*_: object) -> None:
        raise error

    monkeypatch.setattr("tomau.server.photos.selectors.photos_of", gone)
    answer = client.get(URL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert "gone" not in answer.json()["error"]["message"]


def test_a_database_that_is_gone_before_a_view_is_reached(
    client: APIClient, multi_user: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("gone")

    client.raise_request_exception = False
    client.cookies["tomau_session"] = "x" * 32
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", gone)
    answer = client.get("/api/v1/session")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")


def test_a_model_that_is_gone_is_told(
    client: APIClient, make_photo: MakePhoto, local: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tomau.errors import ModelError
    from tomau.server import catalog

    def gone(_: str) -> None:
        raise ModelError("model file is damaged")

    monkeypatch.setattr(catalog, "_load", gone)
    answer = client.post(f"{URL}/{make_photo(local).id}/versions", {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_failed")
    assert answer.headers["Retry-After"]
