"""Stages that work at the same time: each runs ahead of the next one by a few frames."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

Item = TypeVar("Item")


class _Failed:
    """An error of the thread, on its way to who asks for items."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Done:
    """The end of the items."""


def ahead(items: Iterable[Item], depth: int) -> Generator[Item, None, None]:
    """Make items in a thread of their own, at most ``depth`` before they are asked for.

    An error of the thread is raised where items are asked for. Closing the generator ends the
    thread, and closes ``items`` if that is a generator too: so a chain of stages ends from its end.
    """
    waiting: queue.Queue[Item | _Failed | _Done] = queue.Queue(depth)
    ended = threading.Event()

    def give(item: Item | _Failed | _Done) -> bool:
        while not ended.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for item in items:
                if not give(item):
                    break
            else:
                give(_Done())
        except BaseException as error:  # noqa: BLE001 - raised where items are asked for
            give(_Failed(error))
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item = waiting.get()
            if isinstance(item, _Done):
                return
            if isinstance(item, _Failed):
                raise item.error
            yield item
    finally:
        ended.set()
        thread.join()
