"""Paper and film borders around a picture: found, so that they can stay neutral."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tomau.color.spaces import Plane

# L* within which a border's tone lies, and the share of its pixels that do: the rest is dust.
_TOLERANCE = 5.0
_CLEAN_SHARE = 0.95
# A border is paper or film: light or dark.
_PAPER, _FILM = 75.0, 25.0
# No border is wider than this share of a side, nor narrower than two pixels.
_WIDEST = 0.2
_NARROWEST = 2
# Within this share of a side behind the border, most of its length must have given way to the
# picture: a straight edge. A sky that is white to the first roof has none and is no border.
_EDGE_WIDTH = 0.02
_EDGE_SHARE = 0.6
# A line is looked at in so many places, so that dust and edges show.
_SAMPLES = 512


@dataclass(frozen=True)
class Borders:
    """Pixels of border at each side of a picture, 0 where there is none."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def bands(self, height: int, width: int) -> Iterator[tuple[slice, slice]]:
        """The borders of a picture of this size as rows and columns that do not overlap."""
        middle = slice(self.top, height - self.bottom)
        if self.top:
            yield slice(0, self.top), slice(None)
        if self.bottom:
            yield slice(height - self.bottom, height), slice(None)
        if self.left:
            yield middle, slice(0, self.left)
        if self.right:
            yield middle, slice(width - self.right, width)


def find_borders(l: Plane) -> Borders:
    """Find the borders of a picture: even bands of paper or film that end in a straight edge.

    Args:
        l: (H, W) L* in 0..100.
    """
    down, across = border_steps(*l.shape)
    return borders_of_samples(l[:, ::across], l[::down])


def border_steps(height: int, width: int) -> tuple[int, int]:
    """Return every how many rows and columns a picture is looked at for its borders."""
    return max(1, height // _SAMPLES), max(1, width // _SAMPLES)


def borders_of_samples(columns: Plane, rows: Plane) -> Borders:
    """Find the borders as `find_borders` does, of a picture that is not at hand as a whole.

    Args:
        columns: (H, some) L* of the columns 0, step, twice step... of `border_steps`.
        rows: (some, W) likewise.
    """
    height = len(columns)
    top, bottom = _depth(columns), _depth(columns[::-1])
    # What lies above and below is left aside, so that it does not hide the sides.
    place = np.arange(len(rows)) * border_steps(height, rows.shape[1])[0]
    rest = rows[(place >= top) & (place < height - bottom)]
    return Borders(top, bottom, _depth(rest.T), _depth(rest.T[::-1]))


def _depth(lines: NDArray[Any]) -> int:
    """Number of lines of border that a picture begins with, 0 if there is none."""
    length, width = lines.shape
    deepest = int(length * _WIDEST)
    if deepest < _NARROWEST or not width:
        return 0
    # Every line within reach.
    sampled = lines[: deepest + _edge(length)]
    tone = float(np.median(sampled[:_NARROWEST]))
    if _FILM < tone < _PAPER:
        return 0
    outside = np.abs(sampled - tone) > _TOLERANCE
    is_clean = outside.mean(axis=1) <= 1 - _CLEAN_SHARE
    depth = int(np.argmin(is_clean)) if not is_clean.all() else len(is_clean)
    if not _NARROWEST <= depth <= deepest:
        return 0
    edge = outside[depth : depth + _edge(length)]
    return depth if len(edge) and edge.any(axis=0).mean() >= _EDGE_SHARE else 0


def _edge(length: int) -> int:
    return max(_NARROWEST, int(length * _EDGE_WIDTH))
