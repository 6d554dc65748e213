"""``tomau serve`` and ``tomau worker``: processes, started and stopped together."""

from __future__ import annotations

import ctypes
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import django

from tomau.errors import UsageError
from tomau.server.home import make_home
from tomau.server.options import Options, read_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SETTINGS = "tomau.server.settings"
_GRACE_SECONDS = 25.0
_PAUSE_SECONDS = 1.0
_MIGRATION_LOCK = 0x746F6D6175
_PR_SET_PDEATHSIG = 1
_CANNOT_START = (1, 3, 4)  # gunicorn: the address, the worker, the application


def prepare() -> Options:
    """Make the data folder, and bring the database to the present form.

    Raises:
        UsageError: the folder or the database cannot be used.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    options = read_options()
    make_home(options.home)
    django.setup()
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        with _alone(options):
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise UsageError(
            f"the database cannot be used ({reason}); check DATABASE_URL or TOMAU_HOME"
        ) from error
    return options


@contextmanager
def _alone(options: Options) -> Iterator[None]:
    """Let one process at a time bring the database to the present form."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
        return
    with (options.home / ".migration-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_port(options: Options) -> None:
    """Make sure that nobody listens where the server is to.

    Raises:
        UsageError: somebody does, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as error:
            raise UsageError(
                f"nothing can listen on {options.host} port {options.port} ({error.strerror}); "
                "expected a free port of this machine: choose another with --port"
            ) from error


def new_token() -> str:
    """A start-up token of single mode, for where others than this machine can reach it."""
    return secrets.token_urlsafe(18)


def web_command(options: Options, *, threads: int) -> list[str]:
    """The command that serves requests: one process, many threads, so one model in memory."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    return [
        sys.executable, "-m", "gunicorn", "tomau.server.wsgi:application",
        "--bind", f"{host}:{options.port}", "--worker-class", "gthread",
        "--workers", "1", "--threads", str(threads), "--timeout", "120",
        "--graceful-timeout", "20", "--keep-alive", "5", "--log-level", "warning",
        "--worker-tmp-dir", str(options.home), "--no-control-socket",
    ]  # fmt: skip


def work(*, batch: bool = False) -> None:
    """Work on jobs in this process; `prepare` came before."""
    from tomau.server.jobs.worker import work as work_on_jobs

    work_on_jobs(batch=batch)


def worker_command() -> list[str]:
    """The command that works on jobs."""
    return [sys.executable, "-m", "tomau.server", "work"]


class Supervisor:
    """Keeps processes running until it is told to stop; one that dies is started again."""

    def __init__(self, commands: list[list[str]], say: Callable[[str], None]) -> None:
        """Take the commands, and what tells a person of a process that died."""
        self._commands = commands
        self._say = say
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()

    def run(self) -> None:
        """Start all, wait for Ctrl-C or SIGTERM, stop all and wait for their end."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._asked_to_stop)
        for number, command in enumerate(self._commands):
            self._running[number] = _start(command)
        try:
            while not self._stop.wait(_PAUSE_SECONDS):
                self._restart_the_dead()
        finally:
            self._end()

    def _asked_to_stop(self, *_: Any) -> None:
        self._stop.set()

    def _restart_the_dead(self) -> None:
        for number, process in self._running.items():
            code = process.poll()
            if code is None:
                continue
            if number == 0 and code in _CANNOT_START:
                raise UsageError("the server could not start, for the reason above")
            what = "server" if number == 0 else "worker"
            self._say(f"the {what} ended with code {code}; it is started again")
            self._running[number] = _start(self._commands[number])

    def _end(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # In a session of its own: Ctrl-C in a terminal is for the supervisor, which stops both.
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_end_with_parent)


def _end_with_parent() -> None:
    """Ask Linux to stop this process when the supervisor dies, even by ``kill -9``."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
