"""Every address of the OpenAPI document, tried by somebody else, and by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from tests.server.conftest import uploaded
from tomau.server.accounts.management.commands.schema import openapi_document
from tomau.server.jobs.models import Job
from tomau.server.jobs.services import create_job
from tomau.server.photos.models import Photo, Version

if TYPE_CHECKING:
    from tests.server.conftest import ClientOf, MakePerson, MakeVersion

    Address = tuple[str, str]

# Open to everybody, as the contract says; surveys have tests of their own.
PUBLIC = {"/api/v1/session"}
# Addresses of things that belong to somebody, by the names of their parameters.
OWNED = ("{photo}", "{version}", "{job}")


def addresses() -> list[Address]:
    """Method and path of every operation, but those of surveys."""
    import json

    paths: dict[str, Any] = json.loads(openapi_document())["paths"]
    return [
        (method, path)
        for path, operations in paths.items()
        for method in operations
        if "/surveys" not in path and path not in PUBLIC
    ]


@pytest.fixture
def belongings(make_person: MakePerson, make_version: MakeVersion) -> dict[str, str]:
    """What belongs to Binh."""
    binh = make_person("binh")
    version = make_version(binh)
    job = create_job(binh, [version.photo], version.settings)
    return {"photo": str(version.photo_id), "version": str(version.id), "job": str(job.id)}


def call(client: APIClient, method: str, path: str, ids: dict[str, str]) -> Any:
    query = "?x=1&y=1" if path.endswith("/suggest") else ""
    return getattr(client, method)(path.format(**ids) + query)


def test_the_document_names_all_addresses_of_things() -> None:
    owned = [address for address in addresses() if any(name in address[1] for name in OWNED)]
    assert len(owned) == 17
    assert all(name.strip("{}") in "photo version job" for _, path in owned
               for name in path.split("/") if name.startswith("{"))  # fmt: skip


@pytest.mark.parametrize(
    "address", [a for a in addresses() if any(name in a[1] for name in OWNED)], ids=" ".join
)
@pytest.mark.parametrize("staff", [False, True], ids=["person", "staff"])
def test_a_stranger_finds_nothing_and_changes_nothing(
    client_of: ClientOf, make_person: MakePerson, belongings: dict[str, str], address: Address,
    staff: bool,
) -> None:  # fmt: skip
    answer = call(client_of(make_person("an", staff=staff)), *address, belongings)
    assert answer.status_code == 404, answer.content
    assert answer.json()["error"]["code"] == "not_found"
    assert Photo.objects.count() == Version.objects.count() == 1
    assert Job.objects.get().state == "queued"


@pytest.mark.parametrize("address", addresses(), ids=" ".join)
def test_nobody_gets_nowhere(
    multi_user: None, belongings: dict[str, str], address: Address
) -> None:
    answer = call(APIClient(), *address, belongings)
    assert answer.status_code == 401, answer.content
    assert answer.json()["error"]["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "address", [a for a in addresses() if any(name in a[1] for name in OWNED)], ids=" ".join
)
def test_the_owner_finds_it(
    client_of: ClientOf, belongings: dict[str, str], address: Address
) -> None:
    owner = Photo.objects.get().owner
    answer = call(client_of(owner), *address, belongings)
    assert answer.status_code not in (401, 403, 404), answer.content
    answer.close()


def test_lists_hold_only_ones_own(
    client_of: ClientOf, make_person: MakePerson, belongings: dict[str, str]
) -> None:
    stranger = client_of(make_person("an"))
    for url in ("/api/v1/photos", "/api/v1/jobs"):
        assert stranger.get(url).json()["count"] == 0


def test_a_strangers_photograph_is_no_reference_and_no_part_of_a_job(
    client_of: ClientOf, make_person: MakePerson, make_version: MakeVersion,
    belongings: dict[str, str],
) -> None:  # fmt: skip
    an = make_person("an")
    mine, client = make_version(an).photo, client_of(an)
    theirs = belongings["photo"]
    for answer in (
        client.post(f"/api/v1/photos/{mine.id}/versions", {"references": [theirs]}),
        client.post(f"/api/v1/photos/{mine.id}/preview", {"references": [theirs]}),
        client.post("/api/v1/jobs", {"photos": [str(mine.id), theirs]}),
        client.post(
            "/api/v1/jobs", {"photos": [str(mine.id)], "settings": {"references": [theirs]}}
        ),
    ):
        assert answer.status_code == 400, answer.content
        assert "there is no such photo" in answer.json()["error"]["message"]


def test_an_account_that_was_switched_off_is_logged_out(
    client_of: ClientOf, make_person: MakePerson
) -> None:
    person = make_person("an")
    client = client_of(person)
    assert client.get("/api/v1/photos").status_code == 200
    person.is_active = False
    person.save()
    assert client.get("/api/v1/photos").status_code == 401


def test_what_a_person_uploads_is_theirs(
    client_of: ClientOf, make_person: MakePerson, photo_jpeg: bytes
) -> None:
    an = make_person("an")
    sent = {"file": uploaded(photo_jpeg)}
    assert client_of(an).post("/api/v1/photos", sent, format="multipart").status_code == 201
    assert Photo.objects.get().owner == an
