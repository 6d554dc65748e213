"""Finished 8-bit colours of 8-bit gray: a table that fills as pictures ask for its entries.

An 8-bit gray photograph has 256 lightnesses. With a* and b* rounded to half a unit, less than one
code of red or blue, composition, gamut mapping and rounding become one look into a table. A
photograph asks for a small part of it, so that entries are computed when they are first asked for:
no picture pays for more colours than it has pixels. Each entry is what `compose_u8` makes of its
L*, a* and b*: luminance is carried through rounding as there.
"""

from __future__ import annotations

import mmap
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tomau.color.composing import write_u8
from tomau.color.luminance import gray_lightness
from tomau.color.spaces import Plane

# Bins of a* and of b*: from -128 to below 128 by half units.
_BINS = 512
_PER_UNIT = 2
_MIDDLE = _BINS // 2
# Cells of L* so narrow that each holds one gray at most: two grays are 0.27 apart or more.
_CELLS_PER_UNIT = 10


class ColourTable:
    """sRGB of every 8-bit gray with every chroma; shared by threads.

    Entries are four bytes: red, green, blue, and 255 once they are known. 256 MiB of addresses are
    taken, of which the system provides what is touched: a kilobyte for each a*b* bin in use.
    """

    def __init__(self) -> None:
        memory = mmap.mmap(-1, _BINS * _BINS * 256 * 4)
        if hasattr(mmap, "MADV_NOHUGEPAGE"):
            memory.madvise(mmap.MADV_NOHUGEPAGE)  # two megabytes for each touch otherwise
        self._entries = np.frombuffer(memory, np.uint32)

    @property
    def known(self) -> int:
        """Number of entries that have been made."""
        return int(np.count_nonzero(self._entries))

    def write(self, places: NDArray[np.int32], out: NDArray[np.uint8]) -> None:
        """Look colours up, many at once: the first to ask for an entry waits until it is made.

        Args:
            places: ``[H, W]``, numbers of entries from `locate`.
            out: ``[H, W, 3]``, sRGB; written.
        """
        found = np.take(self._entries, places, mode="clip")
        if not found.all():
            unknown = np.flatnonzero(found == 0)
            asked = places.reshape(-1)[unknown]
            self._make(asked)
            found.reshape(-1)[unknown] = np.take(self._entries, asked)
        codes = found.view(np.uint8).reshape(*found.shape, 4)
        # Channel by channel: numpy copies three neighbouring bytes at a fifth of the speed.
        for channel in range(3):
            out[..., channel] = codes[..., channel]

    def _make(self, places: NDArray[np.int32]) -> None:
        """Make entries by number; numbers may come twice."""
        ordered = np.sort(places)
        is_first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        places = ordered[is_first]
        self._entries[places] = _entries(places)


def locate(gray: NDArray[np.uint8], ab: Plane, places: NDArray[np.int32]) -> None:
    """Tell the numbers of entries, gray running fastest: neighbours then share pages.

    Args:
        gray: ``[H, W]``, 8-bit gray.
        ab: ``[2, H, W]``, a* and b*; overwritten.
        places: ``[H, W]``; written.
    """
    ab *= np.float32(_PER_UNIT)
    ab += np.float32(_MIDDLE + 0.5)
    np.clip(ab, 0, np.float32(_BINS - 0.5), out=ab)
    a, b = np.floor(ab, out=ab)
    a *= np.float32(_BINS)
    a += b  # 18 bits, which float32 holds
    np.copyto(places, a, casting="unsafe")
    places <<= 8
    places += gray


def _entries(places: NDArray[np.int32]) -> NDArray[np.uint32]:
    """Compute entries by number."""
    l = np.take(gray_lightness(), places & 255)
    a, b = (
        (axis - _MIDDLE).astype(np.float32) * np.float32(1 / _PER_UNIT)
        for axis in ((places >> 8) // _BINS, (places >> 8) % _BINS)
    )
    codes = np.empty((len(places), 3), np.uint8)
    write_u8(l, a, b, codes)
    entries = np.full((len(places), 4), 255, np.uint8)
    entries[:, :3] = codes
    return entries.view(np.uint32)[:, 0]


@cache
def colour_table() -> ColourTable:
    """Return the table of this process."""
    return ColourTable()


@cache
def _grays_by_cell() -> NDArray[np.uint8]:
    cells = (gray_lightness() * np.float32(_CELLS_PER_UNIT)).astype(np.uint16)
    table = np.zeros(100 * _CELLS_PER_UNIT + 2, np.uint8)
    table[cells] = np.arange(256, dtype=np.uint8)
    return table


def as_gray(l: Plane) -> NDArray[np.uint8] | None:
    """Return the 8-bit gray whose L* came; None if any of it is no such L*.

    Args:
        l: ``[H, W]``, 0..100.
    """
    if not _is_gray(l[:1], grays := _grays(l[:1])):  # mostly told by a row
        return None
    grays = _grays(l)
    return grays if _is_gray(l, grays) else None


def _grays(l: Plane) -> NDArray[np.uint8]:
    cells = (l * np.float32(_CELLS_PER_UNIT)).astype(np.uint16)
    return np.take(_grays_by_cell(), cells, mode="clip")


def _is_gray(l: Plane, grays: NDArray[np.uint8]) -> bool:
    return bool((np.take(gray_lightness(), grays, mode="clip") == l).all())
