from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from rest_framework.test import APIClient

from tests.server.conftest import uploaded
from tomau.server.home import KEY_NAME, secret_key

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.conftest import ClientOf, MakePerson, SetOptions

PHOTOS = "/api/v1/photos"


def browser(**headers: str) -> APIClient:
    """A client that the server takes for a browser, with CSRF checks as in life."""
    return APIClient(enforce_csrf_checks=True, **{"HTTP_ORIGIN": "http://testserver", **headers})


def test_a_page_of_ours_may_write_with_the_token(client: APIClient, photo_jpeg: bytes) -> None:
    page = browser()
    token = page.get("/api/v1/session").cookies["csrftoken"].value
    sent = {"file": uploaded(photo_jpeg)}
    answer = page.post(PHOTOS, sent, format="multipart", HTTP_X_CSRFTOKEN=token)
    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_REFERER": "https://evil.example/"},
    ],
)
@pytest.mark.parametrize("url", [PHOTOS, "/api/v1/colorize", "/main/", "/api/v1/session"])
def test_a_foreign_page_may_not(
    client: APIClient, photo_jpeg: bytes, headers: dict[str, str], url: str
) -> None:
    sent = {"file": uploaded(photo_jpeg), "image": uploaded(photo_jpeg)}
    answer = browser(**headers).post(url, sent, format="multipart")
    assert answer.status_code == 403, answer.content
    assert answer.json()["error"]["code"] == "csrf_failed"


def test_a_foreign_page_may_not_even_with_the_token_of_the_cookie(
    client: APIClient, photo_jpeg: bytes
) -> None:
    page = browser()
    token = page.get("/api/v1/session").cookies["csrftoken"].value
    sent, foreign = {"file": uploaded(photo_jpeg)}, "https://evil.example"
    answer = page.post(
        PHOTOS, sent, format="multipart", HTTP_X_CSRFTOKEN=token, HTTP_ORIGIN=foreign
    )
    assert answer.status_code == 403


def test_a_person_who_is_logged_in_is_protected_too(
    client_of: ClientOf, make_person: MakePerson, photo_jpeg: bytes
) -> None:
    client = browser()
    client.force_login(make_person("an"))
    answer = client.post(PHOTOS, {"file": uploaded(photo_jpeg)}, format="multipart")
    assert answer.status_code == 403


def test_a_script_of_this_machine_needs_no_token(client: APIClient, photo_jpeg: bytes) -> None:
    script = APIClient(enforce_csrf_checks=True)
    answer = script.post("/main/", {"image": uploaded(photo_jpeg)}, format="multipart")
    assert answer.status_code == 200


def test_a_foreign_host_name_is_refused(client: APIClient) -> None:
    """Against DNS rebinding: a page of another site that makes its name point to this machine."""
    assert client.get(PHOTOS, HTTP_HOST="127.0.0.1:8000").status_code == 200
    answer = client.get(PHOTOS, HTTP_HOST="evil.example")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


def test_no_other_site_may_read(client: APIClient) -> None:
    answer = client.get(PHOTOS, HTTP_ORIGIN="https://evil.example")
    assert not any(name.lower().startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize("url", ["/", "/api/docs", "/api/v1/session", PHOTOS, "/nothing/here.x"])
def test_headers_of_every_answer(client: APIClient, url: str) -> None:
    headers = client.get(url).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_unforeseen_errors_tell_nothing(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret of /home/an")

    monkeypatch.setattr("tomau.server.oneshot.views.catalog.models", fail)
    client.raise_request_exception = False
    answer = client.get("/api/v1/models")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "server_error"
    assert b"secret" not in answer.content


def test_throttles_count_each_person(
    client_of: ClientOf, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {**django_settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "user": "3/min"}
    monkeypatch.setattr("tomau.server.throttling.PersonThrottle.THROTTLE_RATES", rates)
    an, binh = client_of(make_person("an")), client_of(make_person("binh"))
    assert [an.get(PHOTOS).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = an.get(PHOTOS)
    assert answer.json()["error"]["code"] == "throttled"
    assert int(answer.headers["Retry-After"]) > 0
    assert binh.get(PHOTOS).status_code == 200


def test_the_secret_key_is_made_once_and_for_oneself(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(home), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 64
    file = home / KEY_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in home.iterdir()] == [KEY_NAME]
    assert secret_key(tmp_path / "other") != secret_key(home)


def manage(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TOMAU_HOME": str(home), **variables}
    return subprocess.run(
        [sys.executable, "-m", "tomau.server", *arguments],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip


def test_check_deploy_is_clean_behind_tls(tmp_path: Path) -> None:
    done = manage(
        tmp_path, "check", "--deploy", "--fail-level", "INFO",
        TOMAU_PUBLIC_URL="https://studio.example.org", TOMAU_MODE="multi", TOMAU_HOST="0.0.0.0",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_the_key_in_use_is_the_kept_one() -> None:
    assert str(django_settings.SECRET_KEY) == secret_key(django_settings.OPTIONS.home)
    assert len(str(django_settings.SECRET_KEY)) >= 64


def test_no_migration_is_missing(tmp_path: Path) -> None:
    done = manage(tmp_path, "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_setting_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", TOMAU_MAX_BYTES="many")
    assert done.returncode != 0
    assert "TOMAU_MAX_BYTES is 'many'" in done.stderr


def test_cookies_behind_tls_are_for_tls_only(tmp_path: Path) -> None:
    script = (
        "from django.conf import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, "
        "s.ALLOWED_HOSTS, s.DEBUG)"
    )
    done = manage(tmp_path, "shell", "--no-imports", "-c", script,
                  TOMAU_PUBLIC_URL="https://studio.example.org", TOMAU_HOST="0.0.0.0")  # fmt: skip
    assert done.stdout.split() == [
        "True", "True", "True",
        "['localhost',", "'127.0.0.1',", "'[::1]',", "'studio.example.org']", "False",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "named", [{"public_url": "https://studio.example.org"}, {"allowed_hosts": "studio.lan"}]
)
def test_a_server_that_is_given_a_name_is_not_open(
    set_options: SetOptions, db: None, named: dict[str, str]
) -> None:
    """A proxy of this machine may stand before it, through which all come."""
    set_options(**named, token="the-token-of-today")
    assert APIClient().get(PHOTOS).status_code == 401
    assert APIClient().get("/api/v1/session").json()["needs"] == "token"


def test_what_came_through_a_proxy_is_not_local(client: APIClient) -> None:
    answer = client.get(PHOTOS, HTTP_X_FORWARDED_FOR="203.0.113.7")
    assert answer.status_code == 401


def test_a_token_is_needed_beyond_this_machine(set_options: SetOptions, db: None) -> None:
    set_options(host="0.0.0.0", token="")
    client = APIClient()
    assert client.get(PHOTOS).status_code == 401
    assert client.post("/main/").status_code == 401
    assert client.post("/api/v1/session", {"token": ""}).status_code == 400
    assert client.get(PHOTOS, HTTP_AUTHORIZATION="Bearer ").status_code == 401
