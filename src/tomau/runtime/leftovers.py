"""Cleaning up after a run that was killed while it wrote."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_PATTERN = ".tomau-*.part"  # as atomic_output names them
_SECONDS = 3600.0


def remove_leftovers(folders: Iterable[Path], *, now: float | None = None) -> int:
    """Remove half-written temporary files of killed runs from folders; how many there were.

    Only those that nobody has written to for an hour: another process, or another machine with
    another shard, may be at work in the same folder. Until then they are hidden and harmless.
    """
    removed = 0
    limit = (time.time() if now is None else now) - _SECONDS
    for folder in folders:
        for path in folder.glob(_PATTERN):
            # Gone or not ours to remove: either way nothing is lost.
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < limit:
                    path.unlink()
                    removed += 1
    return removed
