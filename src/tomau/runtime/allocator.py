"""Keep freed memory in the process: for programs, a library has no business setting it."""

from __future__ import annotations

import ctypes
import sys

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
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    settings = {_ARENA_MAX: 1, _MMAP_MAX: 0, _TRIM_THRESHOLD: -1, _TOP_PAD: 2**26}
    # Every option is set, whether or not one before it was refused.
    return [mallopt(option, value) for option, value in settings.items()] == [1] * len(settings)
