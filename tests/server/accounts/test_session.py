from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rest_framework.test import APIClient

from tests.server.conftest import password_of
from tomau.errors import UsageError

if TYPE_CHECKING:
    from tests.server.conftest import MakePerson, SetOptions

URL = "/api/v1/session"


def test_on_this_machine_alone_everyone_is_the_local_person(client: APIClient) -> None:
    answer = client.get(URL)
    assert answer.status_code == 200
    facts = answer.json()
    assert (facts["mode"], facts["needs"]) == ("single", None)
    assert facts["user"]["name"] == "local"
    assert facts["user"]["is_staff"] is True
    assert facts["languages"] == ["vi", "en"]
    assert facts["limits"] == {
        "max_bytes": 100_000_000, "max_pixels": 100_000_000, "max_files": 10_000,
        "max_film_bytes": 4_000_000_000,
    }  # fmt: skip
    assert "csrftoken" in answer.cookies


def test_in_multi_user_mode_a_stranger_is_asked_to_log_in(
    client: APIClient, multi_user: None, make_person: MakePerson
) -> None:
    facts = client.get(URL).json()
    assert (facts["user"], facts["needs"]) == (None, "login")
    make_person("an")
    answer = client.post(URL, {"username": "an", "password": password_of("an")})
    assert answer.json()["user"]["name"] == "an"
    assert client.get(URL).json()["user"]["name"] == "an"
    assert client.delete(URL).status_code == 204
    assert client.get(URL).json()["user"] is None


def test_a_wrong_password_is_told_in_the_one_shape(
    client: APIClient, multi_user: None, make_person: MakePerson
) -> None:
    make_person("an")
    for name in ("an", "nobody"):
        answer = client.post(URL, {"username": name, "password": "guess"})
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "invalid_login"


def test_neither_password_nor_token_is_told_with_its_field(client: APIClient) -> None:
    answer = client.post(URL, {"username": "an"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "invalid"
    assert error["fields"]


def test_passwords_cannot_be_tried_one_after_another(client: APIClient, multi_user: None) -> None:
    answers = [client.post(URL, {"username": "an", "password": "x"}) for _ in range(11)]
    assert {answer.status_code for answer in answers[:10]} == {400}
    assert answers[10].status_code == 429
    # At most the rest of this minute, and a tenth of the next for the first try to fade.
    assert 0 < int(answers[10].headers["Retry-After"]) <= 66


def test_another_machine_is_asked_for_the_token(client: APIClient, set_options: SetOptions) -> None:
    set_options(host="0.0.0.0", token="the-token-of-today")
    assert client.get("/api/v1/photos").status_code == 401
    assert client.get(URL).json()["needs"] == "token"
    wrong = client.post(URL, {"token": "the-token-of-yesterday"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "invalid_token")
    assert client.post(URL, {"token": "the-token-of-today"}).json()["user"]["name"] == "local"
    assert client.get("/api/v1/photos").status_code == 200


def test_a_script_may_send_the_token_as_bearer(client: APIClient, set_options: SetOptions) -> None:
    set_options(host="0.0.0.0", token="the-token-of-today")
    for token, status in (("the-token-of-today", 200), ("", 401), ("x", 401)):
        answer = client.get("/api/v1/photos", HTTP_AUTHORIZATION=f"Bearer {token}")
        assert answer.status_code == status


def test_the_token_is_worth_nothing_in_multi_user_mode(
    client: APIClient, set_options: SetOptions
) -> None:
    set_options(mode="multi", token="the-token-of-today")
    assert client.post(URL, {"token": "the-token-of-today"}).status_code == 400
    answer = client.get("/api/v1/photos", HTTP_AUTHORIZATION="Bearer the-token-of-today")
    assert answer.status_code == 401


def test_the_local_person_cannot_be_logged_in_by_a_password(
    client: APIClient, multi_user: None, local: object
) -> None:
    assert client.post(URL, {"username": "local", "password": "!"}).status_code == 400


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [
        ("an", "1234567890", "entirely numeric"),
        ("an", "short", "too short"),
        ("a b", "a-long-enough-one", "valid username"),
        ("taken", "a-long-enough-one", "already"),
    ],
)
def test_accounts_that_cannot_be_made(
    make_person: MakePerson, name: str, password: str, told: str
) -> None:
    from tomau.server.accounts.services import add_user

    make_person("taken")
    with pytest.raises(UsageError, match=told):
        add_user(name, password)
