"""The server on PostgreSQL: the same API, several workers, and a database that goes and returns."""

from __future__ import annotations

import json
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.postgres import UnavailableError, running_postgres
from tests.server.running import Server, end, environment, serving, start, wait_for
from tests.server.test_throttling import check_that_logins_are_counted_together, two_servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.server.postgres import Postgres


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    try:
        with running_postgres() as server:
            yield server
    except UnavailableError as reason:
        line = f"NOT TESTED on PostgreSQL: {reason}"
        print(line, file=sys.__stderr__)
        warnings.warn(line, stacklevel=1)
        pytest.skip(line)


def post(server: Server, path: str, sent: object) -> Any:
    status, answer = server.ask(path, json.dumps(sent).encode())
    assert status in (200, 201, 202), answer
    return answer


def test_the_api_on_postgresql_with_several_workers(
    tmp_path: Path, postgres: Postgres, photo_jpeg: bytes
) -> None:
    home = tmp_path / "home"
    with serving(home, "--workers", "0", DATABASE_URL=postgres.url) as server:
        assert not (home / "tomau.sqlite3").exists()
        photos = [server.upload(photo_jpeg)["id"] for _ in range(6)]
        version = post(server, f"/api/v1/photos/{photos[0]}/versions", {"strength": 1.5})
        assert version["settings"]["strength"] == 1.5
        jobs = [post(server, "/api/v1/jobs", {"photos": photos}) for _ in range(3)]
        variables = environment(home, DATABASE_URL=postgres.url)
        workers = [start(["worker", "--batch"], variables) for _ in range(2)]
        for worker in workers:
            assert end(worker, 0)[0] == 0
        found = [server.ask(f"/api/v1/jobs/{job['id']}")[1] for job in jobs]
        assert [(job["state"], job["done"], job["failures"]) for job in found] == [
            ("done", 6, [])
        ] * 3
        assert len({version for job in found for version in job["versions"]}) == 18
        assert server.ask(f"/api/v1/photos/{photos[0]}", method="DELETE")[0] == 204
        assert server.ask("/api/v1/photos")[1]["count"] == 5
        assert len(os.listdir(home / "files" / "versions")) == 15  # noqa: PTH208


def test_logins_are_counted_once_for_several_web_processes(
    tmp_path: Path, postgres: Postgres
) -> None:
    with two_servers(tmp_path / "home", DATABASE_URL=postgres.url) as servers:
        check_that_logins_are_counted_together(servers)


def test_a_database_that_goes_and_comes_back(
    tmp_path: Path, postgres: Postgres, photo_jpeg: bytes
) -> None:
    with serving(tmp_path / "home", DATABASE_URL=postgres.url) as server:
        photo = server.upload(photo_jpeg)
        postgres.stop()
        try:
            for path in ("/healthz", "/api/v1/photos", f"/api/v1/photos/{photo['id']}"):
                status, answer = server.ask(path)
                assert (status, answer["error"]["code"]) == (503, "database_unavailable"), path
        finally:
            postgres.start()
        wait_for("the server finds it again", lambda: server.ask("/healthz")[0] == 200)
        assert server.ask(f"/api/v1/photos/{photo['id']}")[0] == 200
        job = post(server, "/api/v1/jobs", {"photos": [photo["id"]]})
        url = f"/api/v1/jobs/{job['id']}"
        wait_for("the worker finds it again", lambda: server.ask(url)[1]["state"] == "done")
