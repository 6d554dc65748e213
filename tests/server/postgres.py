"""Debian's PostgreSQL, started for the tests on a free port as an unprivileged user."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.server.running import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_USERS = ("postgres", "nobody")


class UnavailableError(Exception):
    """PostgreSQL cannot be started here; the reason is the message."""


class Postgres:
    """A server of one's own, which can be stopped and started again."""

    def __init__(self, programs: Path, folder: Path, port: int) -> None:
        self.programs, self.folder, self.port = programs, folder, port
        self.url = f"postgresql://tomau@127.0.0.1:{port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._control("start", "-w", "-t", "60", "-o", options, "-l", str(self.folder / "log"))

    def stop(self) -> None:
        """Stop it at once; connections are cut."""
        self._control("stop", "-m", "immediate", "-w")

    def _control(self, *arguments: str) -> None:
        run(self.programs / "pg_ctl", "-D", self.folder / "data", *arguments)


def _as_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    for name in _USERS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise UnavailableError(f"this is root, and there is no user {' or '.join(_USERS)}")


def run(*command: str | Path) -> None:
    """Run a program of PostgreSQL as the unprivileged user."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        check=False, cwd="/", env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, **_as_user(),
    )  # fmt: skip
    if done.returncode:
        raise UnavailableError(f"{command[0]} failed: {done.stderr.strip()}")


def find_programs() -> Path:
    """Folder of initdb and pg_ctl, the newest version first."""
    for folder in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True):  # noqa: PTH207
        if Path(folder, "initdb").exists():
            return Path(folder)
    found = shutil.which("initdb")
    if found is None:
        raise UnavailableError("PostgreSQL is not installed: apt-get install postgresql")
    return Path(found).resolve().parent


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL while the block runs."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="tomau-postgres-"))
    try:
        owner = _as_user()
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        run(
            programs / "initdb", "-D", folder / "data", "-U", "tomau", "-A", "trust",
            "-E", "UTF8", "--no-sync",
        )  # fmt: skip
        server = Postgres(programs, folder, free_port())
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
