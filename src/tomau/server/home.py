"""The folder that holds all a server keeps: database, photographs, secret key."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tomau.errors import UsageError

KEY_NAME = "secret-key"
_KEY_BYTES = 64


def make_home(home: Path) -> None:
    """Make the folder and those below it, readable by nobody else.

    Raises:
        UsageError: it cannot be made or written to.
    """
    try:
        for folder in (home, files_folder(home), upload_folder(home), work_folder(home)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / f".probe-{secrets.token_hex(8)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"the data folder {home} cannot be written to ({error.strerror}); expected a folder "
            "of one's own: set TOMAU_HOME"
        ) from error


def files_folder(home: Path) -> Path:
    """Where photographs and results lie, unless they lie in a bucket."""
    return home / "files"


def upload_folder(home: Path) -> Path:
    """Where uploads lie while they come in."""
    return home / "uploads"


def work_folder(home: Path) -> Path:
    """Where a worker keeps what is done of a film."""
    return home / "work"


def database_file(home: Path) -> Path:
    """The SQLite database."""
    return home / "tomau.sqlite3"


def secret_key(home: Path) -> str:
    """The key that signs cookies: made once, by chance, and kept in the folder.

    Two processes that start at once agree on one key.

    Raises:
        UsageError: it cannot be made or read.
    """
    path = home / KEY_NAME
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise UsageError(
            f"the secret key {path} cannot be made or read ({error.strerror}); expected a folder "
            "of one's own: set TOMAU_HOME"
        ) from error


def _make_key(path: Path) -> None:
    temporary = path.with_name(f".{KEY_NAME}-{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(_KEY_BYTES))
        stream.flush()
        os.fsync(stream.fileno())
    try:
        path.hardlink_to(temporary)  # of several processes, the first one's key counts
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
