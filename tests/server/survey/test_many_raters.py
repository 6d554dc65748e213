"""Two hundred people at once against a real server process."""

from __future__ import annotations

import csv
import http.client
import io
import json
import random
import sys
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.server.postgres import UnavailableError, running_postgres
from tests.server.running import serving
from tests.server.survey.conftest import patch_jpeg, survey_command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RATERS, PICTURES, THREADS = 200, 3, 200

Answer = tuple[int, str, bytes]


class Asker:
    """Sends requests to a survey, each on a connection of its own."""

    def __init__(self, port: int, slug: str) -> None:
        self.port, self.base = port, f"/api/v1/surveys/{slug}"

    def __call__(self, method: str, path: str, body: object = None, cookie: str = "") -> Answer:
        """Status, cookie, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=240)
        headers = {"Content-Type": "application/json"}
        if cookie:
            token = "t" * 32
            headers |= {"Cookie": f"{cookie}; csrftoken={token}", "X-CSRFToken": token}
        content = None if body is None else json.dumps(body)
        connection.request(method, self.base + path, content, headers)
        response = connection.getresponse()
        found = (response.getheader("Set-Cookie") or "").partition(";")[0]
        answer = response.status, found, response.read()
        connection.close()
        return answer


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Asker]:
    """A survey in a real server, on either database."""
    folder, home = tmp_path / "results", tmp_path / "home"
    folder.mkdir()
    for number in range(PICTURES):
        (folder / f"{number}.jpg").write_bytes(patch_jpeg((50 * number, 80, 90)))
    with ExitStack() as stack:
        variables = {}
        if request.param == "PostgreSQL":
            try:
                variables["DATABASE_URL"] = stack.enter_context(running_postgres()).url
            except UnavailableError as reason:
                line = f"NOT TESTED on PostgreSQL: {reason}"
                print(line, file=sys.__stderr__)
                warnings.warn(line, stacklevel=1)
                pytest.skip(line)
        made = survey_command(home, "create", folder, "--json", **variables)
        slug = json.loads(made.stdout)["slug"]
        arguments = ("--workers", "0", "--threads", "32")
        yield Asker(stack.enter_context(serving(home, *arguments, **variables)).port, slug)


@pytest.mark.slow
def test_of_two_hundred_raters_at_once_no_vote_is_lost_or_doubled(
    ask: Asker,
) -> None:
    def arrive(_: int) -> tuple[str, list[str]]:
        status, cookie, body = ask("GET", "/rate")
        assert status == 200
        return cookie, [item["id"] for item in json.loads(body)["items"]]

    def answer(task: tuple[str, str, int]) -> int:
        cookie, item, value = task
        return ask("PUT", f"/rate/{item}", {"vote": value}, cookie)[0]

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

    table = ask("GET", "/export.csv")[2].decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == RATERS * PICTURES
    assert set(Counter((row["rater"], row["picture"]) for row in rows).values()) == {1}
    assert Counter(row["picture"] for row in rows) == {
        f"results/{n}": RATERS for n in range(PICTURES)
    }
    overall = json.loads(ask("GET", "/results")[2])["overall"]
    assert (overall["votes"], overall["raters"]) == (RATERS * PICTURES, RATERS)
    for number, (cookie, items) in enumerate(raters[:10]):
        body = json.loads(ask("GET", "/rate", cookie=cookie)[2])
        assert body["done"] == PICTURES
        for place, (item, asked) in enumerate(zip(items, body["items"], strict=True)):
            assert (asked["id"], asked["vote"] in (1 + (number + place) % 4, 5)) == (item, True)
