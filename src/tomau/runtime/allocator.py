"""What becomes of freed memory: for programs, a library has no business setting it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

# Option numbers of glibc's mallopt(3).
_TRIM_THRESHOLD = -1
_TOP_PAD = -2
_MMAP_MAX = -4
_ARENA_MAX = -8


def keep_freed_memory() -> bool:
    """Tell glibc not to return freed memory to the kernel.

    A training step, and each picture of a folder, frees and asks again for the same large blocks.
    By default glibc maps each of them afresh, and every first touch of a page costs a fault, on
    virtual machines ten microseconds and more: training steps took several times as long as their
    arithmetic.

    Returns:
        Whether it was done; False where the C library is not glibc.
    """
    mallopt = _glibc("mallopt")
    if mallopt is None:
        return False
    settings = {_ARENA_MAX: 1, _MMAP_MAX: 0, _TRIM_THRESHOLD: -1, _TOP_PAD: 2**26}
    # Every option is set, whether or not one before it was refused.
    return [mallopt(option, value) for option, value in settings.items()] == [1] * len(settings)


def return_freed_memory() -> bool:
    """Give freed memory back to the kernel, once: after a block that will not be needed again.

    What is kept by `keep_freed_memory` counts as used, and a large picture leaves holes that the
    next block does not fit into.

    Returns:
        Whether anything was given back; False where the C library is not glibc.
    """
    trim = _glibc("malloc_trim")
    return trim is not None and trim(0) == 1


def _glibc(name: str) -> Callable[..., int] | None:
    """A function of the C library of this process; None where that is not glibc."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except AttributeError:
        return None
    return found
