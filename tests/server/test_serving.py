"""``tomau serve`` and ``tomau worker`` as processes: they start, are killed, go on, and stop."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from tests.films import film_bytes
from tests.server.conftest import decoded, encoded
from tests.server.running import (
    Server,
    end,
    environment,
    free_port,
    multipart,
    serving,
    start,
    wait_for,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def children(process: int) -> list[int]:
    """Processes that a process started, and those below."""
    found: list[int] = []
    for entry in os.listdir("/proc"):  # noqa: PTH208 - names are enough
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8") as stream:  # noqa: PTH123
                    parent = int(stream.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == process:
                found += [int(entry), *children(int(entry))]
    return found


def command_of(process: int) -> str:
    try:
        with open(f"/proc/{process}/cmdline", "rb") as stream:  # noqa: PTH123
            return stream.read().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def post_json(server: Any, path: str, sent: object) -> Any:
    status, answer = server.ask(path, json.dumps(sent).encode())
    assert status in (200, 201, 202), answer
    return answer


def test_a_server_starts_colours_survives_a_restart_and_stops(
    home: Path, photo_jpeg: bytes
) -> None:
    with serving(home) as server:
        photo = server.upload(photo_jpeg)
        version = post_json(server, f"/api/v1/photos/{photo['id']}/versions", {"strength": 1.3})
        status, picture = server.ask("/main/", *multipart("image", photo_jpeg, "a.jpg"))
        assert (status, decoded(picture).shape) == (200, (90, 140, 3))
        status, page = server.ask("/")
        assert status == 200
        assert b"<html" in page
        pids = children(server.process.pid)
        assert len(pids) >= 3  # gunicorn, its worker, the worker of jobs
    assert not any("tomau" in command_of(pid) for pid in pids)
    with serving(home) as server:
        status, found = server.ask(f"/api/v1/photos/{photo['id']}")
        assert (status, found["versions"]) == (200, [version])
        status, again = server.ask(f"/api/v1/versions/{version['id']}/picture")
        assert (status, len(again)) == (200, version["bytes"])


def test_a_port_that_is_taken_is_told_at_once(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = end(start(["serve", "--port", str(port)], environment(home)), 0)
    assert code == 2
    assert f"nothing can listen on 127.0.0.1 port {port}" in said


def test_a_token_is_printed_where_others_can_reach_the_server(home: Path) -> None:
    with serving(home, "--host", "0.0.0.0") as server:
        assert server.ask("/api/v1/photos")[0] == 401
        assert server.process.stdout is not None
        lines = [server.process.stdout.readline() for _ in range(2)]
        token = lines[1].removeprefix("token: ").strip()
        assert len(token) >= 20
        _, facts = server.ask("/api/v1/session", json.dumps({"token": token}).encode())
        assert facts["user"]["name"] == "local"


def test_nothing_is_left_of_a_server_that_is_killed(home: Path) -> None:
    port = free_port()
    process = start(["serve", "--port", str(port)], environment(home))
    server = Server(port, process)
    wait_for("the server answers", server.is_up)
    pids = wait_for("all have started", lambda: (p := children(process.pid)) and len(p) > 2 and p)
    process.kill()
    process.communicate(timeout=60)
    wait_for("all have ended", lambda: not any("tomau" in command_of(pid) for pid in pids))


def test_many_may_start_at_once(home: Path) -> None:
    workers = [start(["worker", "--batch"], environment(home)) for _ in range(3)]
    for worker in workers:
        code, said = end(worker, 0)
        assert code == 0, said


def _slow_photo(gray_u8: NDArray[np.uint8]) -> bytes:
    """A photograph that takes some tenths of a second."""
    return encoded(np.tile(gray_u8, (14, 14)), "PNG")


def _job_rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "tomau.sqlite3", timeout=20)) as database:
        return database.execute(query).fetchall()


def test_a_worker_killed_in_the_middle_loses_nothing(
    home: Path, gray_u8: NDArray[np.uint8]
) -> None:
    """``kill -9`` while a job runs: the supervisor starts another, which finishes the job."""
    with serving(home) as server:
        photo = server.upload(_slow_photo(gray_u8), "a.png")
        sent = {"photos": [server.upload(_slow_photo(gray_u8))["id"] for _ in range(5)]}
        sent["photos"].append(photo["id"])
        job = post_json(server, "/api/v1/jobs", sent)
        url = f"/api/v1/jobs/{job['id']}"
        wait_for("one photograph is done", lambda: server.ask(url)[1]["done"] >= 1)
        (worker,) = (
            pid for pid in children(server.process.pid) if "tomau.server work" in command_of(pid)
        )
        os.kill(worker, signal.SIGKILL)
        before = server.ask(url)[1]
        assert before["state"] == "running"
        wait_for("the job is done", lambda: server.ask(url)[1]["state"] == "done")
        after = server.ask(url)[1]
        assert (after["total"], after["done"], after["failures"]) == (6, 6, [])
        assert set(before["versions"]) <= set(after["versions"])
        assert len(after["versions"]) == 6
        status, archive = server.ask(f"{url}/zip")
        assert (status, archive[:2]) == (200, b"PK")
    assert _job_rows(home, "SELECT count(*) FROM photos_version") == [(6,)]
    assert len(os.listdir(home / "files" / "versions")) <= 7  # noqa: PTH208 - one may be cut off


def test_a_film_whose_worker_is_killed_is_gone_on_with(home: Path) -> None:
    """``kill -9`` while a film is coloured: another worker finishes it, and no frame is missing."""
    frames = 1200
    with serving(home) as server:
        status, job = server.ask(
            "/api/v1/films", *multipart("film", film_bytes(frames=frames), "a.mp4")
        )
        assert status == 202, job
        url = f"/api/v1/jobs/{job['id']}"
        wait_for("some frames are done", lambda: server.ask(url)[1]["done"] > 0)
        (worker,) = (
            pid for pid in children(server.process.pid) if "tomau.server work" in command_of(pid)
        )
        os.kill(worker, signal.SIGKILL)
        assert server.ask(url)[1]["state"] == "running"
        wait_for("the film is done", lambda: server.ask(url)[1]["state"] == "done")
        status, film = server.ask(f"{url}/film")
        assert status == 200
    with av.open(io.BytesIO(film)) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == frames


def test_a_job_waits_for_a_worker(home: Path, photo_jpeg: bytes) -> None:
    """Where the server has no worker, ``tomau worker --batch`` does what waits and ends."""
    with serving(home, "--workers", "0") as server:
        job = post_json(server, "/api/v1/jobs", {"photos": [server.upload(photo_jpeg)["id"]]})
        worker = start(["worker", "--batch", "--home", str(home)], environment(home))
        said, _ = worker.communicate(timeout=60)
        assert worker.returncode == 0, said
        assert server.ask(f"/api/v1/jobs/{job['id']}")[1]["state"] == "done"


def test_a_client_that_goes_away_in_the_middle_of_an_upload_leaves_nothing(
    home: Path, photo_jpeg: bytes
) -> None:
    with serving(home, "--workers", "0") as server:
        body, kind = multipart("file", photo_jpeg + bytes(6_000_000), "a.jpg")
        head = (
            f"POST /api/v1/photos HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        for _ in range(10):  # more than there are threads
            with socket.create_connection(("127.0.0.1", server.port)) as client:
                client.sendall(head.encode() + body[: len(body) // 2])
        wait_for("no upload is left", lambda: not os.listdir(home / "uploads"))  # noqa: PTH208
        assert server.ask("/api/v1/photos")[1]["count"] == 0
        assert server.upload(photo_jpeg)["width"] == 140


def test_accounts_are_made_by_the_command(home: Path) -> None:
    variables = environment(home)

    def tomau(*arguments: str, stdin: str = "") -> tuple[int, str]:
        import subprocess
        import sys

        done = subprocess.run(
            [sys.executable, "-m", "tomau", "user", *arguments],
            env=variables, text=True, input=stdin, check=False, capture_output=True,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    assert tomau("add", "an", "--staff", stdin="a-long-enough-one\n") == (0, "an may log in\n")
    code, said = tomau("add", "binh", stdin="short\n")
    assert code == 2
    assert "too short" in said
    code, said = tomau("add", "an", stdin="a-long-enough-one\n")
    assert (code, "already" in said) == (2, True)
    assert tomau("list") == (0, "an (staff)\n")
    with serving(home, "--multi-user", "--workers", "0") as server:
        sent = {"username": "an", "password": "a-long-enough-one"}
        status, facts = server.ask("/api/v1/session", json.dumps(sent).encode())
        assert (status, facts["user"]["is_staff"]) == (200, True)
        assert server.ask("/api/v1/photos")[0] == 401
    assert tomau("password", "an", stdin="another-long-one\n")[0] == 0
    assert tomau("remove", "an", "--yes") == (0, "an is deleted\n")
    assert tomau("remove", "an", "--yes")[0] == 2
    assert tomau("list") == (0, "")
