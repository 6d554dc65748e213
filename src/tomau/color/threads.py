"""Work shared out over threads, or done in turn by the one that asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

Apply = Callable[..., Iterable[Any]]
"""``map``, or an executor's, which spreads work over threads."""


@contextmanager
def over_threads(threads: int) -> Iterator[Apply]:
    """Give what applies a function over so many threads, for as long as the block lasts.

    For one it is ``map``: a pool of one thread would wake the one that waits for it after each
    piece, and beside other photographs every waking asks for the interpreter's lock.
    """
    if threads == 1:
        yield map
        return
    with ThreadPoolExecutor(threads) as pool:
        yield pool.map
