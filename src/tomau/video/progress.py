"""How far a film is, and where its time goes."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Progress:
    """How far a film is.

    Attributes:
        done: frames that are finished, with those of an interrupted run before.
        total: how many there are, as far as the file tells; None where it does not.
        rate: frames per second of this run.
        left: seconds that are left; None where nobody knows.
        scenes: how many began so far.
        phase: ``colouring``, then ``joining`` picture and sound.
    """

    done: int
    total: int | None
    rate: float
    left: float | None
    scenes: int
    phase: Literal["colouring", "joining"] = "colouring"

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None where nobody knows."""
        if not self.total:
            return None
        return min(1.0, self.done / self.total)


Observer: TypeAlias = Callable[[Progress], None]
"""Told of each finished frame, in the thread that called `colorize_film`; be quick."""


class Clock:
    """Adds up the seconds of stages, from any thread."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._turn = threading.Lock()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Count the time of a block for a stage."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - begin
            with self._turn:
                self.seconds[stage] += spent

    def items(self, stage: str, items: Iterator[Item]) -> Iterator[Item]:
        """Count the time that an iterator takes for its items."""
        while True:
            with self(stage):
                try:
                    item = next(items)
                except StopIteration:
                    return
            yield item
