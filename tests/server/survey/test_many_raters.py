"""Two hundred people at once against a real server process."""

from __future__ import annotations

import csv
import http.client
import io
import json
import os
import random
import socket
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.server.survey.conftest import patch_jpeg, survey_command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RATERS, PICTURES, THREADS = 200, 3, 200


class Server:
    """A server process; its socket listens before it runs, so that nobody has to wait for it."""

    def __init__(self, home: Path) -> None:
        self.environment = {**os.environ, "TOMAU_HOME": str(home), "TOMAU_MODE": "single"}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2 * THREADS)
        self.port = self.listener.getsockname()[1]
        descriptor = self.listener.fileno()
        command = [
            "-m",
            "gunicorn",
            "tomau.server.wsgi:application",
            "--bind",
            f"fd://{descriptor}",
        ]
        command += ["--worker-class", "gthread", "--threads", "32", "--log-level", "warning"]
        self.process = subprocess.Popen(
            [sys.executable, *command, "--no-control-socket"],
            env=self.environment,
            pass_fds=[descriptor],
        )

    def ask(
        self, method: str, path: str, body: object = None, cookie: str = ""
    ) -> tuple[int, str, bytes]:
        """Send one request on a connection of its own: status, cookie, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Content-Type": "application/json"}
        if cookie:
            token = "t" * 32
            headers |= {"Cookie": f"{cookie}; csrftoken={token}", "X-CSRFToken": token}
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, headers)
        response = connection.getresponse()
        found = (response.getheader("Set-Cookie") or "").partition(";")[0]
        answer = response.status, found, response.read()
        connection.close()
        return answer

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        self.listener.close()


@pytest.fixture
def slug(tmp_path: Path) -> str:
    folder = tmp_path / "results"
    folder.mkdir()
    for number in range(PICTURES):
        (folder / f"{number}.jpg").write_bytes(patch_jpeg((50 * number, 80, 90)))
    return json.loads(survey_command(tmp_path / "home", "create", folder, "--json").stdout)["slug"]


@pytest.fixture
def server(slug: str, tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "home")
    yield running
    running.stop()


@pytest.mark.slow
def test_of_two_hundred_raters_at_once_no_vote_is_lost_or_doubled(
    server: Server, slug: str
) -> None:
    base = f"/api/v1/surveys/{slug}"

    def arrive(_: int) -> tuple[str, list[str]]:
        status, cookie, body = server.ask("GET", f"{base}/rate")
        assert status == 200
        return cookie, [item["id"] for item in json.loads(body)["items"]]

    def answer(task: tuple[str, str, int]) -> int:
        cookie, item, value = task
        return server.ask("PUT", f"{base}/rate/{item}", {"vote": value}, cookie)[0]

    with ThreadPoolExecutor(THREADS) as pool:
        raters = list(pool.map(arrive, range(RATERS)))
        # Everybody clicks twice, on different stars, and all of it comes in any order.
        tasks = [
            (cookie, item, value)
            for number, (cookie, items) in enumerate(raters)
            for place, item in enumerate(items)
            for value in (1 + (number + place) % 4, 5)
        ]
        random.Random(0).shuffle(tasks)
        statuses = Counter(pool.map(answer, tasks))
    assert statuses == {200: 2 * RATERS * PICTURES}

    table = server.ask("GET", f"{base}/export.csv")[2].decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == RATERS * PICTURES
    assert set(Counter((row["rater"], row["picture"]) for row in rows).values()) == {1}
    assert Counter(row["picture"] for row in rows) == {
        f"results/{n}": RATERS for n in range(PICTURES)
    }
    overall = json.loads(server.ask("GET", f"{base}/results")[2])["overall"]
    assert (overall["votes"], overall["raters"]) == (RATERS * PICTURES, RATERS)
    for number, (cookie, items) in enumerate(raters[:10]):
        body = json.loads(server.ask("GET", f"{base}/rate", cookie=cookie)[2])
        assert body["done"] == PICTURES
        for place, (item, asked) in enumerate(zip(items, body["items"], strict=True)):
            assert (asked["id"], asked["vote"] in (1 + (number + place) % 4, 5)) == (item, True)
