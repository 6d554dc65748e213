"""A worker's process: the queue's own loop, and beside it what has to be done now and then."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands.db_worker import Worker

from tomau.server.accounts.visits import forget_old_visits
from tomau.server.coloring import settle
from tomau.server.jobs import services, tasks
from tomau.server.jobs.films import delete_expired_films
from tomau.server.jobs.tidying import delete_orphans
from tomau.server.photos.services import delete_expired

if TYPE_CHECKING:
    from types import FrameType

log = logging.getLogger("tomau.server.jobs")

_TIDY_EVERY = 60  # rounds of the keeper


class JobWorker(Worker):
    """Works on jobs until it is asked to stop; the photograph in work is finished first."""

    def __init__(self, *, interval: float = 0.5, batch: bool = False) -> None:
        """Look for work every ``interval`` seconds; with ``batch``, end when there is none."""
        super().__init__(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=interval,
            batch=batch,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=services.worker_name(),
            excluded_queue_names=[],
        )

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Ask the job in work to be given back."""
        tasks.stopping.set()
        super().shutdown(signum, frame)


def work(*, batch: bool = False) -> None:
    """Work until Ctrl-C or SIGTERM, or with ``batch`` until nothing waits."""
    settle()
    services.recover_jobs()
    over = threading.Event()
    keeper = threading.Thread(target=_keep_house, args=(over,), name="tomau-keeper", daemon=True)
    keeper.start()
    worker = JobWorker(batch=batch)
    worker.configure_signals()
    try:
        _run_through_outages(worker)
    finally:
        over.set()


def _run_through_outages(worker: JobWorker) -> None:
    """Run; a database that is gone is waited for."""
    waiting = threading.Event()
    while True:
        try:
            worker.run()
        except DatabaseError as error:
            log.warning("the database cannot be used (%s); tried again soon", error)
            connection.close()
            waiting.wait(2.0)
            continue
        return


def _keep_house(over: threading.Event) -> None:
    """Take up jobs of dead workers; now and then delete what is past its day."""
    every = max(0.2, min(5.0, settings.OPTIONS.lease_seconds / 3))
    rounds = 0
    while not over.wait(every):
        close_old_connections()
        try:
            services.recover_jobs()
            if rounds % _TIDY_EVERY == 0:
                delete_expired()
                delete_expired_films()
                services.forget_old_tasks()
                forget_old_visits(timezone.now())
                SessionStore.clear_expired()
                delete_orphans()
        except (DatabaseError, OSError) as error:
            log.warning("housekeeping was put off: %s", error)
            connection.close()
        rounds += 1
    connection.close()
