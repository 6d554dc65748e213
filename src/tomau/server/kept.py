"""What was made for one request and may serve the next, so much of it and no more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The values that were used last, as many as together weigh no more than the limit.

    Safe to share between threads. A value that is heavier than the limit is not kept at all.
    """

    def __init__(self, most: int) -> None:
        """Keep at most so much: bytes, or whatever `get_or_make` weighs in."""
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """Answer what was kept under a key."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def get_or_make(
        self, key: Hashable, make: Callable[[], Value], weigh: Callable[[Value], int]
    ) -> Value:
        """Answer what was kept under a key, or make and keep it.

        Two threads that ask at once for the same both make it: rare, and never wrong.
        """
        found = self.get(key)
        if found is not None:
            return found
        made = make()
        weight = weigh(made)
        with self._lock:
            self._drop(key)
            self._kept[key] = made, weight
            self._weight += weight
            while self._weight > self._most:
                self._drop(next(iter(self._kept)))
        return made

    def forget(self, part: Hashable) -> None:
        """Let go of all that was kept under keys with this part."""
        with self._lock:
            for key in [key for key in self._kept if isinstance(key, tuple) and part in key]:
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        _, weight = self._kept.pop(key, (None, 0))
        self._weight -= weight

    def __len__(self) -> int:
        return len(self._kept)
