"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def atomic_output(target: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Open a temporary file beside ``target`` that takes its name when the block ends well.

    For the rest, and what it raises, see `atomic_path`.
    """
    with atomic_path(target, overwrite=overwrite) as temporary, temporary.open("r+b") as stream:
        yield stream


@contextlib.contextmanager
def atomic_path(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Make an empty file beside ``target`` that takes its name when the block ends well.

    When the block ends in an error, even Ctrl-C, the temporary file is removed and ``target``
    is what it was. The file's permissions follow the umask. A symbolic link is replaced, not
    followed, so that a link to an original cannot lead to the original being overwritten.

    Raises:
        FileExistsError: ``target`` exists and ``overwrite`` is False, even if another program
            made it a moment ago.
        OSError: the folder cannot be written to, or the disk is full.
    """
    temporary = target.with_name(f".tomau-{secrets.token_hex(8)}.part")
    # Not tempfile: its files are private to the user whatever the umask says.
    os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        yield temporary
        with temporary.open("r+b") as stream:
            os.fsync(stream.fileno())
        _publish(temporary, target, overwrite=overwrite)
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(target)
        return
    try:
        target.hardlink_to(temporary)  # fails if the target exists, in one step
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: claim the name in one step, then put the file there.
        target.open("xb").close()
        temporary.replace(target)
