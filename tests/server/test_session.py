from __future__ import annotations


def test_on_this_machine_alone_everyone_is_the_local_person(client) -> None:
    answer = client.get("/api/v1/session")
    assert answer.status_code == 200
    facts = answer.json()
    assert (facts["mode"], facts["needs"]) == ("single", None)
    assert facts["user"]["name"] == "local"
    assert "csrftoken" in answer.cookies


def test_in_multi_user_mode_a_stranger_is_asked_to_log_in(client, multi_user, make_person) -> None:
    facts = client.get("/api/v1/session").json()
    assert (facts["user"], facts["needs"]) == (None, "login")
    make_person("an")
    answer = client.post(
        "/api/v1/session", {"username": "an", "password": "an-has-a-long-password"}
    )
    assert answer.json()["user"]["name"] == "an"
    assert client.get("/api/v1/session").json()["user"]["name"] == "an"
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/session").json()["user"] is None


def test_a_wrong_password_is_told_in_the_one_shape(client, multi_user, make_person) -> None:
    make_person("an")
    answer = client.post("/api/v1/session", {"username": "an", "password": "guess"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_login"


def test_health(client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
