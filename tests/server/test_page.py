from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tomau.server.page import PLACE_OF_NONCE

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper
    from rest_framework.test import APIClient

ROUTES = ["/", "/photo/8a", "/batches", "/surveys", "/surveys/abc/results", "/s/abc", "/login"]


@pytest.fixture
def built(settings: SettingsWrapper, tmp_path: Path) -> Path:
    settings.PAGE_FOLDER = tmp_path
    return tmp_path / "index.html"


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_of_the_page_answers_the_page(
    client: APIClient, built: Path, route: str
) -> None:
    built.write_text(
        f'<html><head><meta property="csp-nonce" nonce="{PLACE_OF_NONCE}"></head></html>'
    )
    answer = client.get(route)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "csrftoken" in answer.cookies
    assert "no-store" in answer.headers["Cache-Control"]
    nonce = answer.content.decode().split('nonce="')[1].split('"')[0]
    assert len(nonce) >= 20
    assert f"style-src 'self' 'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]
    assert PLACE_OF_NONCE.encode() not in answer.content


def test_a_nonce_is_used_once(client: APIClient, built: Path) -> None:
    built.write_text("<html><head></head></html>")
    first, second = (client.get("/").content for _ in range(2))
    assert first.startswith(b'<html><head><meta property="csp-nonce" nonce="')
    assert first != second


def test_a_page_that_is_not_built_says_how_to_build_it(client: APIClient, built: Path) -> None:
    answer = client.get("/")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "make page" in html
    nonce = html.split('<style nonce="')[1].split('"')[0]
    assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "url", ["/api/v2", "/api/v1/nothing", "/assets/x.js", "/static/x.css", "/a.png", "/metrics/x"]
)
def test_what_is_no_route_of_the_page_is_told_as_json(client: APIClient, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_the_page_takes_no_posts(client: APIClient) -> None:
    assert client.post("/batches").status_code == 405
    answer = client.put("/api/v1/photos")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
