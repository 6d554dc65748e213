"""Files in a bucket: the API on an S3 that moto plays in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from tests.films import film_bytes
from tests.server.conftest import body_of, decoded, uploaded
from tests.server.jobs.test_jobs import work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper
    from rest_framework.test import APIClient

BUCKET = "tomau-tests"


@pytest.fixture
def bucket(settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from tomau.server.settings import file_storage

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        found = boto3.resource("s3").Bucket(BUCKET)
        found.create()
        chosen = settings.OPTIONS.model_copy(update={"s3_bucket": BUCKET})
        settings.STORAGES = {**settings.STORAGES, "default": file_storage(chosen)}
        yield found


def test_the_api_with_files_in_a_bucket(client: APIClient, bucket: Any, photo_jpeg: bytes) -> None:
    sent = {"file": uploaded(photo_jpeg)}
    photo = client.post("/api/v1/photos", sent, format="multipart").json()
    url = f"/api/v1/photos/{photo['id']}"
    version = client.post(f"{url}/versions", {}).json()
    job = client.post("/api/v1/jobs", {"photos": [photo["id"]]}).json()
    work()
    assert client.get(f"/api/v1/jobs/{job['id']}").json()["state"] == "done"
    keys = {entry.key for entry in bucket.objects.all()}
    assert len(keys) == 6
    assert f"photos/{photo['id']}/original" in keys
    assert body_of(client.get(f"{url}/original")) == photo_jpeg
    assert decoded(client.get(f"{url}/view", {"side": 70}).content).shape[1] == 70
    assert client.post(f"{url}/preview", {}).status_code == 200
    picture = body_of(client.get(f"/api/v1/versions/{version['id']}/picture"))
    assert decoded(picture).shape == (90, 140, 3)
    assert body_of(client.get(f"/api/v1/jobs/{job['id']}/zip")).startswith(b"PK")
    assert client.delete(url).status_code == 204
    assert not list(bucket.objects.all())
    assert client.get(f"{url}/original").status_code == 404


def test_a_film_in_a_bucket(client: APIClient, bucket: Any) -> None:
    sent = {"film": uploaded(film_bytes(), "a.mp4")}
    job = client.post("/api/v1/films", sent, format="multipart").json()
    url = f"/api/v1/jobs/{job['id']}"
    work()
    assert client.get(url).json()["state"] == "done"
    assert {entry.key for entry in bucket.objects.all()} == {
        f"films/{job['id']}/original", f"films/{job['id']}/result",
    }  # fmt: skip
    assert body_of(client.get(f"{url}/film"))[4:8] == b"ftyp"
    assert client.delete(url).status_code == 204
    assert not list(bucket.objects.all())


def test_a_file_that_is_gone_from_the_bucket_is_not_found(
    client: APIClient, bucket: Any, photo_jpeg: bytes
) -> None:
    sent = {"file": uploaded(photo_jpeg)}
    photo = client.post("/api/v1/photos", sent, format="multipart").json()
    bucket.objects.delete()
    for address in ("original", "view"):
        answer = client.get(f"/api/v1/photos/{photo['id']}/{address}")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"
