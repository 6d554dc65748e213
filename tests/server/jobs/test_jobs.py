from __future__ import annotations

import io
import os
import socket
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.server.conftest import body_of, decoded
from tomau.server import files
from tomau.server.jobs import services, tasks
from tomau.server.jobs.models import Item, Job
from tomau.server.jobs.results import safe_name
from tomau.server.jobs.tidying import delete_orphans
from tomau.server.jobs.worker import JobWorker
from tomau.server.photos.models import Version

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from tests.server.conftest import MakePhoto, MakeVersion
    from tomau.server.accounts.models import User
    from tomau.server.photos.models import Photo

URL = "/api/v1/jobs"


def work() -> None:
    """Work on all that waits, as a worker does, and end."""
    JobWorker(batch=True).run()


@pytest.fixture
def photos(make_photo: MakePhoto, local: User) -> list[Photo]:
    return [make_photo(local, name=f"{name}.jpg") for name in ("a", "b", "a")]


def begin(client: APIClient, photos: list[Photo], **settings: object) -> dict[str, object]:
    sent = {"photos": [str(photo.id) for photo in photos], "settings": settings}
    answer = client.post(URL, sent)
    assert answer.status_code == 202, answer.content
    job: dict[str, object] = answer.json()
    return job


def test_a_job_colours_its_photographs(client: APIClient, photos: list[Photo]) -> None:
    job = begin(client, photos, strength=1.2)
    assert (job["state"], job["total"], job["done"]) == ("queued", 3, 0)
    work()
    job = client.get(f"{URL}/{job['id']}").json()
    assert (job["state"], job["done"], job["failures"]) == ("done", 3, [])
    assert job["started"]
    assert job["finished"]
    versions = Version.objects.filter(id__in=job["versions"])
    assert {version.photo_id for version in versions} == {photo.id for photo in photos}
    assert {version.settings["strength"] for version in versions} == {1.2}
    assert client.get(URL).json()["results"] == [job]


def test_the_zip_holds_each_result_under_a_name_of_its_own(
    client: APIClient, photos: list[Photo]
) -> None:
    job = begin(client, photos)
    nothing = client.get(f"{URL}/{job['id']}/zip")
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (409, "nothing_finished")
    work()
    answer = client.get(f"{URL}/{job['id']}/zip")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(body_of(answer))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.color.jpg", "b.color.jpg", "a.color (2).jpg"]
        assert decoded(archive.read("b.color.jpg")).shape == (90, 140, 3)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../x.jpg", "_.._x.jpg"),
        ("a/b\\c.jpg", "a_b_c.jpg"),
        ("..", "photo"),
        ("é.png", "é.png"),
    ],
)
def test_a_zip_unpacks_nowhere_else(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_photograph_that_fails_leaves_the_others_their_turn(
    client: APIClient, photos: list[Photo]
) -> None:
    files.write(files.original(photos[1].id), b"not a picture any more")
    job = begin(client, photos)
    work()
    job = client.get(f"{URL}/{job['id']}").json()
    assert (job["state"], job["done"], len(job["versions"])) == ("done", 3, 2)
    (failure,) = job["failures"]
    assert (failure["photo"], failure["name"]) == (str(photos[1].id), "b.jpg")
    assert "not a picture" in failure["message"]


def test_a_job_of_failures_has_failed(client: APIClient, photos: list[Photo]) -> None:
    for photo in photos:
        files.write(files.original(photo.id), b"not a picture any more")
    job = begin(client, photos)
    work()
    assert client.get(f"{URL}/{job['id']}").json()["state"] == "failed"


def test_a_photograph_that_is_deleted_before_its_turn_is_told(
    client: APIClient, photos: list[Photo]
) -> None:
    job = begin(client, photos)
    client.delete(f"/api/v1/photos/{photos[0].id}")
    work()
    job = client.get(f"{URL}/{job['id']}").json()
    assert (job["total"], job["done"]) == (3, 3)
    (failure,) = job["failures"]
    assert (failure["photo"], failure["name"]) == (None, "a.jpg")
    assert "deleted" in failure["message"]


def test_pause_resume_and_cancel(client: APIClient, photos: list[Photo]) -> None:
    url = f"{URL}/{begin(client, photos)['id']}"
    assert client.post(f"{url}/pause").json()["state"] == "paused"
    work()
    assert client.get(url).json()["done"] == 0
    assert client.post(f"{url}/resume").json()["state"] == "queued"
    assert client.post(f"{url}/resume").json()["state"] == "queued"
    work()
    assert client.get(url).json()["state"] == "done"
    for change in ("pause", "resume", "cancel"):
        answer = client.post(f"{url}/{change}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_state")


def test_a_job_is_paused_between_two_photographs(
    client: APIClient, photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, real = f"{URL}/{begin(client, photos)['id']}", tasks._color

    def color(item: Item) -> None:
        real(item)
        if item.position == 0:
            assert client.post(f"{url}/pause").status_code == 200

    monkeypatch.setattr(tasks, "_color", color)
    work()
    job = client.get(url).json()
    assert (job["state"], job["done"], len(job["versions"])) == ("paused", 1, 1)
    assert client.post(f"{url}/resume").json()["state"] == "queued"
    work()
    assert client.get(url).json()["done"] == 3
    assert Version.objects.count() == 3


def test_what_is_done_of_a_cancelled_job_stays(
    client: APIClient, photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, real = f"{URL}/{begin(client, photos)['id']}", tasks._color

    def color(item: Item) -> None:
        real(item)
        assert client.post(f"{url}/cancel").json()["state"] == "cancelled"

    monkeypatch.setattr(tasks, "_color", color)
    work()
    job = client.get(url).json()
    assert (job["state"], job["done"]) == ("cancelled", 1)
    assert job["finished"]
    assert client.post(f"{url}/cancel").status_code == 200
    assert client.get(f"{url}/zip").status_code == 200


def test_a_worker_that_is_asked_to_stop_gives_its_job_back(
    client: APIClient, photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, real = begin(client, photos), tasks._color

    def color(item: Item) -> None:
        real(item)
        tasks.stopping.set()

    monkeypatch.setattr(tasks, "_color", color)
    JobWorker(batch=True).run_task(DBTaskResult.objects.get())
    tasks.stopping.clear()
    found = client.get(f"{URL}/{job['id']}").json()
    assert (found["state"], found["done"]) == ("queued", 1)
    monkeypatch.setattr(tasks, "_color", real)
    work()
    assert client.get(f"{URL}/{job['id']}").json()["state"] == "done"
    assert Version.objects.count() == 3


def _running(job: object, worker: str, *, lease: float) -> None:
    """Make a job look as if a worker had taken it."""
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now())
    Job.objects.filter(id=job).update(
        state="running", worker=worker, lease=timezone.now() + timedelta(seconds=lease)
    )


def _dead_process() -> str:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return f"{socket.gethostname()[:48]}/{child}"


@pytest.mark.parametrize(
    ("worker", "lease", "recovered"),
    [("elsewhere/1", -1.0, 1), ("elsewhere/1", 30.0, 0), ("dead", 30.0, 1), ("alive", 30.0, 0)],
)
def test_jobs_of_dead_workers_are_taken_up(
    client: APIClient, photos: list[Photo], worker: str, lease: float, recovered: int
) -> None:
    job = begin(client, photos)
    names = {"dead": _dead_process(), "alive": services.worker_name()}
    _running(job["id"], names.get(worker, worker), lease=lease)
    assert services.recover_jobs() == recovered
    work()
    state = client.get(f"{URL}/{job['id']}").json()["state"]
    assert state == ("done" if recovered else "running")
    assert services.recover_jobs() == 0


def test_a_job_that_no_worker_was_told_of_is_given_again(
    client: APIClient, photos: list[Photo]
) -> None:
    job = begin(client, photos)
    DBTaskResult.objects.update(status="RUNNING")  # claimed by a worker that died at once
    assert services.recover_jobs() == 0
    Job.objects.update(created=timezone.now() - timedelta(minutes=5))
    assert services.recover_jobs() == 1
    assert services.recover_jobs() == 0
    work()
    assert client.get(f"{URL}/{job['id']}").json()["state"] == "done"


def test_a_photograph_that_kills_its_worker_is_left_out_at_last(
    client: APIClient, photos: list[Photo]
) -> None:
    job = begin(client, photos)
    Item.objects.filter(position=1).update(attempts=tasks.MOST_ATTEMPTS)
    work()
    found = client.get(f"{URL}/{job['id']}").json()
    assert (found["state"], len(found["versions"])) == ("done", 2)
    assert "died 3 times" in found["failures"][0]["message"]


def test_two_workers_on_one_photograph_keep_one_version(
    client: APIClient, photos: list[Photo]
) -> None:
    begin(client, photos[:1])
    first = Item.objects.select_related("photo__owner", "job__owner").get()
    second = Item.objects.select_related("photo__owner", "job__owner").get()
    tasks._color(first)
    tasks._color(second)
    (version,) = Version.objects.all()
    assert Item.objects.get().version == version
    assert str(version.id) in default_storage.listdir("versions")[0]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"photos": []},
        {"photos": ["x"]},
        {"photos": [str(uuid4())]},
        {"photos": "all", "settings": {}},
    ],
)
def test_jobs_that_cannot_be_made(client: APIClient, sent: dict[str, object]) -> None:
    answer = client.post(URL, sent)
    assert answer.status_code == 400
    assert any(name.startswith("photos") for name in answer.json()["error"]["fields"])
    assert not Job.objects.exists()


def test_jobs_that_are_not_there(client: APIClient) -> None:
    assert client.get(f"{URL}/{uuid4()}").status_code == 404
    assert client.get(f"{URL}/{uuid4()}/zip").status_code == 404
    for change in ("pause", "resume", "cancel"):
        assert client.post(f"{URL}/{uuid4()}/{change}").status_code == 404


def test_files_that_no_row_knows_are_deleted(make_version: MakeVersion, local: User) -> None:
    version, stray = make_version(local), uuid4()
    files.write(files.picture(stray), b"x")
    files.write(files.original(stray), b"x")
    assert delete_orphans() == 0  # they may just be on their way
    delete_orphans(older_than=-1)
    assert not default_storage.exists(files.picture(stray))
    assert not default_storage.exists(files.original(stray))
    assert default_storage.exists(files.picture(version.id))
    assert default_storage.exists(files.original(version.photo_id))


def test_old_rows_of_the_queue_are_deleted(client: APIClient, photos: list[Photo]) -> None:
    begin(client, photos)
    work()
    services.forget_old_tasks()
    assert DBTaskResult.objects.count() == 1
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=2))
    services.forget_old_tasks()
    assert not DBTaskResult.objects.exists()
