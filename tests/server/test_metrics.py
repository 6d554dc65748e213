from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from tests.server.conftest import MakePhoto, SetOptions
    from tomau.server.accounts.models import User


def samples(client: APIClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_never_by_id(
    client: APIClient, make_photo: MakePhoto, local: User
) -> None:
    route = "api/v1/photos/<uuid:photo>"
    key = ("tomau_requests_total", (("method", "GET"), ("route", route), ("status", "200")))
    before = samples(client).get(key, 0)
    photo = make_photo(local)
    for _ in range(3):
        client.get(f"/api/v1/photos/{photo.id}")
    after = samples(client)
    assert after[key] - before == 3
    assert str(photo.id) not in str(after)
    labels = (("method", "GET"), ("route", route))
    assert after[("tomau_request_seconds_count", labels)] >= 3


def test_jobs_and_the_pool_are_told(client: APIClient, make_photo: MakePhoto, local: User) -> None:
    client.post("/api/v1/jobs", {"photos": [str(make_photo(local).id)]})
    found = samples(client)
    assert found[("tomau_jobs", (("state", "queued"),))] == 1
    assert found[("tomau_jobs", (("state", "done"),))] == 0
    assert found[("tomau_pool_taken", ())] == 0
    assert found[("tomau_pool_places", ())] == 18
    assert ("process_resident_memory_bytes", ()) in found


@pytest.mark.parametrize(
    ("address", "headers", "token", "status"),
    [
        ("127.0.0.1", {}, "", 200),
        ("10.0.0.7", {}, "", 404),
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "10.0.0.7"}, "", 404),
        ("10.0.0.7", {"HTTP_AUTHORIZATION": "Bearer of-tidings"}, "of-tidings", 200),
        ("10.0.0.7", {"HTTP_AUTHORIZATION": "Bearer of-lies"}, "of-tidings", 404),
        ("127.0.0.1", {}, "of-tidings", 404),
    ],
)
def test_strangers_find_no_counters(
    client: APIClient, set_options: SetOptions, address: str, headers: dict[str, str],
    token: str, status: int,
) -> None:  # fmt: skip
    set_options(metrics_token=token)
    assert client.get("/metrics", REMOTE_ADDR=address, **headers).status_code == status


def test_health_is_told_whoever_asks(client: APIClient, multi_user: None) -> None:
    answer = client.get("/healthz", REMOTE_ADDR="10.0.0.7")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
