"""Stages that work at the same time: each runs ahead of the next one by a few frames."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

Item = TypeVar("Item")

_LOOK = 0.1  # seconds between looks at whether items are still wanted


class _Failed:
    """An error of the thread, on its way to who asks for items."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Done:
    """The end of the items."""


class _Worker(Generic[Item]):
    """The thread that makes items."""

    def __init__(self, items: Iterable[Item], depth: int) -> None:
        self._items = items
        self.made: queue.Queue[Item | _Failed | _Done] = queue.Queue(depth)
        self.ended = threading.Event()

    def __call__(self) -> None:
        try:
            for item in self._items:
                if not self._give(item):
                    return
            self._give(_Done())
        except BaseException as error:
            self._give(_Failed(error))
        finally:
            close = getattr(self._items, "close", None)
            if close is not None:
                close()

    def _give(self, item: Item | _Failed | _Done) -> bool:
        """Hand an item over; False if nobody wants any more."""
        while not self.ended.is_set():
            try:
                self.made.put(item, timeout=_LOOK)
            except queue.Full:
                continue
            return True
        return False


def ahead(items: Iterable[Item], depth: int) -> Generator[Item, None, None]:
    """Make items in a thread of their own, at most ``depth`` before they are asked for.

    An error of the thread is raised where items are asked for. Closing the generator ends the
    thread, and closes ``items`` if that is a generator too: so a chain of stages ends from its end.
    """
    worker = _Worker(items, depth)
    thread = threading.Thread(target=worker, daemon=True)
    thread.start()
    try:
        while not isinstance(item := worker.made.get(), _Done):
            if isinstance(item, _Failed):
                raise item.error
            yield item
    finally:
        worker.ended.set()
        thread.join()
