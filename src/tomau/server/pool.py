"""A bounded pool for what takes processors and memory: so many at once, so many waiting."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.conf import settings

from tomau.server.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_WAIT_SECONDS = 2


class Pool:
    """Runs work on a few threads; who finds the queue full is sent away with ``Retry-After``."""

    def __init__(self, workers: int, queue: int) -> None:
        """Take ``workers`` pieces of work at once and let ``queue`` more wait."""
        self.workers = workers
        self.queue = queue
        self._places = threading.BoundedSemaphore(workers + queue)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="tomau-pool")
        self._lock = threading.Lock()
        self._taken = 0

    @property
    def taken(self) -> int:
        """Pieces of work that run or wait."""
        return self._taken

    def run(
        self, work: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs
    ) -> Answer:
        """Run a piece of work and wait for its answer; it may not touch the database.

        Raises:
            ApiError: 503, the queue is full.
            Exception: whatever the work raises.
        """
        if not self._places.acquire(blocking=False):
            raise ApiError(
                503,
                "busy",
                f"{self.queue} pictures wait already; try again in {_WAIT_SECONDS} s",
                retry_after=_WAIT_SECONDS,
            )
        self._count(1)
        try:
            return self._threads.submit(work, *args, **kwargs).result()
        finally:
            self._count(-1)
            self._places.release()

    def _count(self, change: int) -> None:
        with self._lock:
            self._taken += change


@lru_cache(maxsize=1)
def shared_pool() -> Pool:
    """The pool of this process."""
    options = settings.OPTIONS
    return Pool(options.pool_workers, options.pool_queue)
