"""Sharing a run among machines that know nothing of each other."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tomau.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Shard:
    """Part ``index`` (from 1) of ``count`` parts of a run.

    A photograph's part follows from its place below the output folder alone: every machine comes
    to the same parts, wherever the folder is mounted there, and they stay what they are when
    photographs are added.
    """

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``i/n``, as ``2/8`` for the second of eight.

        Raises:
            UsageError: it is not of that form, or i is not in 1..n.
        """
        match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text)
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            raise UsageError(f"shard {text!r} came; expected i/n with i in 1..n, as 2/8")
        return cls(int(match[1]), int(match[2]))

    def holds(self, place: Path) -> bool:
        """Whether the photograph at a place, its path below the output folder, is of this part."""
        digest = hashlib.sha256(os.fsencode(place.as_posix())).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.index - 1
