"""What of a film could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Damage:
    """What could not be read; the reader adds to it.

    Attributes:
        lost: moments, in seconds, of frames that could not be decoded.
        patched: moments of frames that were decoded in part, and patched by the decoder.
        ends_early: why the file could not be read to its end; empty where it could.
    """

    lost: list[float] = field(default_factory=list)
    patched: list[float] = field(default_factory=list)
    ends_early: str = ""

    def notes(self) -> Iterator[str]:
        """Lines that name what is damaged."""
        if self.lost:
            count, moments = _count(self.lost), _named(self.lost)
            yield f"{count} could not be decoded and are missing: at {moments}"
        if self.patched:
            yield (
                f"{_count(self.patched)} are damaged and were patched by the decoder: "
                f"at {_named(self.patched)}"
            )
        if self.ends_early:
            yield f"the file cannot be read to its end ({self.ends_early})"


def _count(moments: list[float]) -> str:
    return f"{len(moments)} frame{'s' if len(moments) > 1 else ''}"


def _named(moments: list[float]) -> str:
    few = ", ".join(f"{moment:.2f} s" for moment in moments[:20])
    return few + (f" and {len(moments) - 20} more" if len(moments) > 20 else "")
