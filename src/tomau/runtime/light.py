"""The light of a photograph by rows, and all that is to be known of it before it is coloured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tomau.color import reduce_by_area
from tomau.color.borders import Borders, border_steps, borders_of_samples
from tomau.color.lightness_choice import LightnessFrom, lightness_from
from tomau.color.toning import toning_steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tomau.color.threads import Apply
    from tomau.imaging import Tones

LARGE_PIXELS = 1 << 26
"""Pictures of more pixels are never held in memory as floating point."""

PixelRows: TypeAlias = "Callable[[slice], Tones]"
"""Rows of a picture, (rows, W) gray or (rows, W, 3) sRGB, as `Picture.tones` gives them; from any
thread."""
Shape = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Survey:
    """What one look at all rows of a photograph tells.

    Attributes:
        guide: (h, w) float32, L* averaged down to the size that was asked for.
        borders: its borders of paper or film.
        thin: some of its pixels, enough to recognise a toning by.
    """

    guide: NDArray[np.float32]
    borders: Borders
    thin: Tones


class Light:
    """L* of a photograph; that of a small one is kept, that of a large one made when asked for."""

    def __init__(self, pixels: PixelRows, shape: Shape, way: LightnessFrom = "lab") -> None:
        """Take a photograph whose pixels come by rows.

        ``shape`` is height and width, ``way`` which light of a tinted print is meant.

        Raises:
            UsageError: an unknown way.
        """
        self.shape = shape
        self.is_large = shape[0] * shape[1] > LARGE_PIXELS
        self._pixels, self._way = pixels, way
        self._kept = None if self.is_large else lightness_from(pixels(slice(0, shape[0])), way)

    def rows(self, rows: slice) -> NDArray[np.float32]:
        """L* of rows: (rows, W) float32, 0..100."""
        if self._kept is not None:
            return self._kept[rows]
        return lightness_from(self._pixels(rows), self._way)

    def reduced(self, size: Shape, apply: Apply = map) -> NDArray[np.float32]:
        """L* averaged down to a height and width; ``apply`` is ``map`` or an executor's."""
        return reduce_by_area(self.rows, self.shape, size, apply)

    def survey(self, size: Shape, apply: Apply = map) -> Survey:
        """Average L* down to a height and width, and learn what else the rows tell."""
        samples = _Samples(self)
        guide = reduce_by_area(samples.rows, self.shape, size, apply)
        return samples.survey(guide)

    def with_pixels(self, rows: slice) -> tuple[NDArray[np.float32], Tones]:
        """L* of rows, and the pixels that it is of."""
        pixels = self._pixels(rows)
        if self._kept is not None:
            return self._kept[rows], pixels
        return lightness_from(pixels, self._way), pixels


class _Samples:
    """Collects what a survey needs of rows that pass by; from any thread, rows may come twice."""

    def __init__(self, light: Light) -> None:
        self._light = light
        height, width = light.shape
        self._steps = border_steps(height, width)
        self._thin_steps = toning_steps(height, width)
        down, across = self._steps
        self._columns = np.empty((height, -(-width // across)), np.float32)
        self._rows = np.empty((-(-height // down), width), np.float32)
        thin = light.with_pixels(slice(0, 1))[1][:, :: self._thin_steps[1]]
        count = -(-height // self._thin_steps[0])
        self._thin: NDArray[Any] = np.empty((count, *thin.shape[1:]), thin.dtype)

    def rows(self, rows: slice) -> NDArray[np.float32]:
        l, pixels = self._light.with_pixels(rows)
        self._columns[rows] = l[:, :: self._steps[1]]
        _sample(self._rows, self._steps[0], l, rows)
        down, across = self._thin_steps
        _sample(self._thin, down, pixels[:, ::across], rows)
        return l

    def survey(self, guide: NDArray[np.float32]) -> Survey:
        return Survey(guide, borders_of_samples(self._columns, self._rows), self._thin)


def _sample(kept: NDArray[Any], step: int, lines: NDArray[Any], rows: slice) -> None:
    """Keep every ``step``-th line of a picture, of which ``lines`` are the rows ``rows``."""
    first = -(-rows.start // step)
    wanted = lines[first * step - rows.start :: step]
    kept[first : first + len(wanted)] = wanted
