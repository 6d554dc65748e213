"""One person meets one limit, whichever web process answers."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from rest_framework.test import APIClient

from tests.server.running import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SESSION = "/api/v1/session"
WRONG = {"username": "an", "password": "guess"}


@contextmanager
def two_servers(home: Path, **variables: str) -> Iterator[list[Server]]:
    """Two web processes for several people, which share data folder and database."""
    arguments = ("--multi-user", "--workers", "0")
    with (
        serving(home, *arguments, **variables) as one,
        serving(home, *arguments, **variables) as other,
    ):
        yield [one, other]


def check_that_logins_are_counted_together(servers: list[Server]) -> None:
    """Of 30 guesses at once, ten a minute are looked at; at the turn of a minute a few more."""
    body = json.dumps(WRONG).encode()
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(servers[k % 2].ask, SESSION, body) for k in range(30)]
        statuses = Counter(one.result()[0] for one in asked)
    assert set(statuses) == {400, 429}
    assert 10 <= statuses[400] <= 13


def test_logins_are_counted_once_for_several_web_processes(tmp_path: Path) -> None:
    with two_servers(tmp_path / "home") as servers:
        check_that_logins_are_counted_together(servers)


@pytest.mark.usefixtures("multi_user")
def test_a_made_up_address_is_no_way_round_the_limit() -> None:
    """Without a proxy before the server, ``X-Forwarded-For`` is whatever a client says."""
    statuses = [
        APIClient().post(SESSION, WRONG, HTTP_X_FORWARDED_FOR=f"203.0.113.{k}").status_code
        for k in range(15)
    ]
    assert 429 in statuses
    assert statuses.count(400) <= 13


@pytest.mark.usefixtures("multi_user")
def test_behind_a_proxy_the_address_that_it_tells_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rest_framework.throttling.api_settings.NUM_PROXIES", 1)
    for client in ("198.51.100.1", "198.51.100.2"):
        statuses = [
            APIClient()
            .post(SESSION, WRONG, HTTP_X_FORWARDED_FOR=f"203.0.113.{k}, {client}")
            .status_code
            for k in range(15)
        ]
        assert statuses[0] == 400
        assert 429 in statuses
