from __future__ import annotations

import io
import shutil
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from tests.films import FRAMES, HEIGHT, WIDTH, film_bytes
from tests.server.conftest import body_of, uploaded
from tests.server.jobs.test_jobs import URL, work
from tomau.errors import FilmReadError
from tomau.server import files, filming
from tomau.server.home import files_folder, work_folder
from tomau.server.jobs import film_work, services, tasks
from tomau.server.jobs.films import delete_expired_films
from tomau.server.jobs.models import Film, Job
from tomau.server.jobs.tidying import delete_orphans

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from tests.server.conftest import ClientOf, MakePerson, SetOptions

FILMS = "/api/v1/films"


@pytest.fixture(autouse=True)
def no_films() -> None:
    """The database forgets an earlier test, the disk does not."""
    for folder in (
        files_folder(settings.OPTIONS.home) / "films",
        work_folder(settings.OPTIONS.home),
    ):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)


FILM = film_bytes()


def send(client: APIClient, content: bytes = FILM, name: str = "a.mp4", **more: object) -> object:
    return client.post(FILMS, {"film": uploaded(content, name), **more}, format="multipart")


def begin(client: APIClient, content: bytes = FILM, **more: object) -> str:
    answer = send(client, content, **more)
    assert answer.status_code == 202, answer.content  # type: ignore[attr-defined]
    return str(answer.json()["id"])  # type: ignore[attr-defined]


def kept() -> list[str]:
    return default_storage.listdir("films")[0] if default_storage.exists("films") else []


def begun() -> list[Path]:
    return list(work_folder(settings.OPTIONS.home).iterdir())


def test_a_film_becomes_a_job_and_comes_back_in_colour(client: APIClient) -> None:
    answer = send(client, name="../Wedding 1931.mp4", strength=1.4)
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["Location"] == f"{URL}/{job['id']}"
    assert (job["state"], job["total"], job["done"]) == ("queued", FRAMES, 0)
    assert job["settings"]["strength"] == 1.4
    assert job["film"]["name"] == "Wedding 1931.mp4"
    assert (job["film"]["width"], job["film"]["height"]) == (WIDTH, HEIGHT)
    assert job["film"]["bytes"] == len(FILM)
    assert client.get(f"{URL}/{job['id']}/film").status_code == 409
    work()
    job = client.get(f"{URL}/{job['id']}").json()
    assert (job["state"], job["done"], job["total"]) == ("done", FRAMES, FRAMES)
    assert (job["failures"], job["versions"]) == ([], [])
    answer = client.get(f"{URL}/{job['id']}/film")
    assert answer.headers["Content-Type"] == "video/mp4"
    assert 'filename="Wedding 1931.color.mp4"' in answer.headers["Content-Disposition"]
    content = body_of(answer)
    assert len(content) == job["film"]["result_bytes"]
    with av.open(io.BytesIO(content)) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(frames) == FRAMES
    assert all(np.ptp(frame.astype(int), axis=2).mean() > 2 for frame in frames), "it has colours"
    assert not begun()


@pytest.mark.parametrize(
    ("container", "suffix", "result"),
    [("mp4", ".mp4", ".mp4"), ("mov", ".mov", ".mov"), ("matroska", ".mkv", ".mkv"),
     ("avi", ".avi", ".mkv"), ("mpegts", ".ts", ".mkv")],
)  # fmt: skip
def test_what_a_film_is_tells_its_content(
    client: APIClient, container: str, suffix: str, result: str
) -> None:
    content = film_bytes(container, frames=3)
    assert filming.sniff(content[: filming.HEAD_BYTES]) == suffix
    begin(client, content, name="holiday.jpg")
    assert Film.objects.get().result_suffix == result


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Dear grandmother",
        b"\xff\xd8\xff\xe0" + bytes(600),
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/metrics\n",
        b"\x00\x00\x00\x20ftypavif" + bytes(600),
        b"\x00\x00\x00\x20ftypisom" + bytes(600),
        FILM[:200],
    ],
    ids=["nothing", "text", "jpeg", "list", "playlist", "avif", "hollow", "cut"],
)
def test_what_is_no_film_is_refused_and_leaves_nothing(client: APIClient, content: bytes) -> None:
    answer = send(client, content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_film")
    assert str(settings.OPTIONS.home) not in answer.json()["error"]["message"]
    assert not Job.objects.exists()
    assert not kept()


def test_limits_of_bytes_frames_and_count(client: APIClient, set_options: SetOptions) -> None:
    set_options(max_film_bytes=len(FILM) - 1)
    assert send(client).status_code == 413
    set_options(max_film_bytes=10**9, max_film_pixels=WIDTH * HEIGHT - 1)
    assert send(client).json()["error"]["code"] == "invalid_film"
    set_options(max_film_pixels=WIDTH * HEIGHT, max_films=1)
    begin(client)
    answer = send(client)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "too_many_films")
    set_options(max_films=0)
    assert client.get("/api/v1/session").json()["limits"]["max_film_bytes"] == 0


def test_a_film_may_be_larger_than_a_picture(client: APIClient, set_options: SetOptions) -> None:
    set_options(max_bytes=1024, max_film_bytes=10**9)
    length = str(10**8)
    answer = client.post("/api/v1/photos", b"x", content_type="text/plain", CONTENT_LENGTH=length)
    assert answer.status_code == 413
    set_options(max_film_bytes=1024)
    answer = client.post(FILMS, b"x", content_type="text/plain", CONTENT_LENGTH=length)
    assert answer.status_code == 413


def test_without_its_packages_the_extra_is_named(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filming, "is_able", lambda: False)
    answer = send(client)
    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "not_installed")
    assert "tomau[video]" in answer.json()["error"]["message"]


def test_a_worker_that_is_asked_to_stop_gives_the_film_back(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has done is kept, and the next goes on."""
    job = begin(client, film_bytes(frames=40))
    stopping = threading.Event()
    stopping.set()
    assert services.take(Job.objects.get().id, "here/1")
    film_work.color_film(Job.objects.get().id, "here/1", stopping)
    found = client.get(f"{URL}/{job}").json()
    assert found["state"] == "queued"
    assert Film.objects.get().attempts == 0
    assert len(begun()) == 1
    work()
    found = client.get(f"{URL}/{job}").json()
    assert (found["state"], found["done"], begun()) == ("done", 40, [])


@pytest.mark.parametrize("what", ["pause", "cancel"])
def test_a_film_that_runs_is_paused_and_cancelled(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    job = begin(client, film_bytes(frames=40))
    monkeypatch.setattr(film_work, "_TELL_SECONDS", 0.0)
    real, asked = services.renew, []

    def renew(one: object, worker: str) -> bool:
        if not asked:  # a person presses the button while the first frames are done
            asked.append(client.post(f"{URL}/{job}/{what}").status_code)
        return real(one, worker)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "renew", renew)
    work()
    assert asked == [200]
    state = client.get(f"{URL}/{job}").json()["state"]
    if what == "cancel":
        assert (state, begun()) == ("cancelled", [])
        return
    assert (state, len(begun())) == ("paused", 1)
    assert client.post(f"{URL}/{job}/resume").status_code == 200
    work()
    assert client.get(f"{URL}/{job}").json()["state"] == "done"


def test_progress_is_told_while_it_runs(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    job = begin(client)
    monkeypatch.setattr(film_work, "_TELL_SECONDS", 0.0)
    real, seen = services.renew, []

    def renew(one: object, worker: str) -> bool:
        seen.append(client.get(f"{URL}/{job}").json()["done"])
        return real(one, worker)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "renew", renew)
    work()
    assert len(set(seen)) > FRAMES // 2
    assert seen == sorted(seen)


def test_a_film_that_kills_its_workers_is_left_out(client: APIClient) -> None:
    job = begin(client)
    Film.objects.update(attempts=film_work.MOST_ATTEMPTS)
    work()
    found = client.get(f"{URL}/{job}").json()
    assert found["state"] == "failed"
    assert "died 3 times" in found["failures"][0]["message"]


def test_a_film_that_cannot_be_coloured_tells_why_and_no_place(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(client)
    files.write(files.film(Job.objects.get().id), b"\x00\x00\x00\x20ftypisom" + bytes(600))
    work()
    found = client.get(f"{URL}/{job}").json()
    assert (found["state"], found["failures"][0]["name"]) == ("failed", "a.mp4")
    assert found["failures"][0]["message"].startswith("the film ")
    assert not begun()


def test_a_film_is_deleted_once_it_is_over(client: APIClient) -> None:
    job = begin(client)
    assert client.delete(f"{URL}/{job}").status_code == 409
    work()
    assert kept() == [job]
    assert client.delete(f"{URL}/{job}").status_code == 204
    assert client.get(f"{URL}/{job}").status_code == 404
    assert not kept()


def test_films_past_their_day_are_deleted(client: APIClient, set_options: SetOptions) -> None:
    set_options(retention_days=30)
    begin(client)
    assert delete_expired_films() == 0
    Film.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert delete_expired_films() == 1
    assert not kept()
    assert not Job.objects.exists()


def test_a_person_who_goes_takes_their_films_along(
    client_of: ClientOf, make_person: MakePerson
) -> None:
    from tomau.server.accounts.services import remove_user

    begin(client_of(make_person("an")))
    remove_user("an")
    assert not kept()


def test_work_that_nobody_goes_on_with_is_tidied_away(client: APIClient) -> None:
    job = begin(client)
    folder = work_folder(settings.OPTIONS.home) / job
    folder.mkdir()
    assert delete_orphans(older_than=-1) == 0
    Job.objects.update(state=Job.State.CANCELLED)
    assert delete_orphans(older_than=-1) == 1
    assert not folder.exists()
    assert tasks.MOST_ATTEMPTS == 3


def test_a_picture_in_an_iso_file_is_no_film() -> None:
    with pytest.raises(FilmReadError, match="no film by its content"):
        filming.sniff(b"\x00\x00\x00\x1cftypheic" + bytes(100))
