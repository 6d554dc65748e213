from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.server.conftest import uploaded
from tests.server.running import wait_for
from tomau.server import pool as pools
from tomau.server.errors import ApiError
from tomau.server.pool import Pool

if TYPE_CHECKING:
    from rest_framework.test import APIClient


def test_answers_and_errors_come_back() -> None:
    pool = Pool(1, 0)
    assert pool.run(pow, 2, 5) == 32
    with pytest.raises(ZeroDivisionError):
        pool.run(lambda: 1 // 0)
    assert pool.run(pow, 2, 5) == 32
    assert pool.taken == 0


def test_so_many_at_once_so_many_waiting_and_no_more() -> None:
    pool, gate = Pool(2, 1), threading.Event()
    most, running, lock = [0], [0], threading.Lock()

    def work() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(30)
        with lock:
            running[0] -= 1

    with ThreadPoolExecutor(3) as callers:
        asked = [callers.submit(pool.run, work) for _ in range(3)]
        wait_for("all places are taken", lambda: pool.taken == 3 and running[0] == 2)
        with pytest.raises(ApiError) as refused:
            pool.run(pow, 2, 5)
        gate.set()
        for one in asked:
            one.result()
    assert (refused.value.status, refused.value.code) == (503, "busy")
    assert refused.value.retry_after == 2
    assert most == [2]
    assert pool.run(pow, 2, 5) == 32


def test_a_full_queue_is_told_with_the_time_to_wait(
    client: APIClient, photo_jpeg: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, gate = Pool(1, 0), threading.Event()
    monkeypatch.setattr(pools, "shared_pool", lambda: full)
    for user in ("photos.services", "oneshot.services", "previews", "photos.looks"):
        monkeypatch.setattr(f"tomau.server.{user}.shared_pool", lambda: full)
    with ThreadPoolExecutor(1) as callers:
        busy = callers.submit(full.run, gate.wait, 30)
        wait_for("the pool is full", lambda: full.taken == 1)
        answers = [
            client.post("/api/v1/photos", {"file": uploaded(photo_jpeg)}, format="multipart"),
            client.post("/main/", {"image": uploaded(photo_jpeg)}, format="multipart"),
        ]
        gate.set()
        busy.result()
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
        assert answer.headers["Retry-After"] == "2"
