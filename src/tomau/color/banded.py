"""Filters along rows and columns as banded matrices, which BLAS applies.

A resize makes each output sample of a few inputs nearby. Neighbouring outputs share most of
theirs: as a small dense matrix times the planes they cost little more than half of what the same
taps cost as passes of numpy (results/color_contenders.csv).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tomau.color.spaces import Plane

_ROWS_AT_ONCE, _COLUMNS_AT_ONCE = 8, 32
_CUBIC = -0.5
# OpenBLAS shares products of more multiplications than this out to threads of its own, which
# would stand in the way of ours.
_MULTIPLICATIONS = 1 << 18


@dataclass(frozen=True)
class Taps:
    """Of which input samples each output sample is made.

    Attributes:
        index: ``[outputs, taps]``, numbers of inputs; one may come twice.
        weight: ``[outputs, taps]`` float64.
        inputs: how many inputs there are.
    """

    index: NDArray[np.intp]
    weight: NDArray[np.float64]
    inputs: int

    def after(self, first: Taps) -> Taps:
        """Return the taps that do those of ``first``, then these."""
        weight = self.weight[..., np.newaxis] * first.weight[self.index]
        outputs = len(self.index)
        index = first.index[self.index].reshape(outputs, -1)
        return Taps(index, weight.reshape(outputs, -1), first.inputs)


def cubic_taps(outputs: int, inputs: int) -> Taps:
    """Enlarge by cubic convolution; taps beyond the border count nothing, as in Pillow.

    Source: Keys, "Cubic Convolution Interpolation", 1981, equation (4), a = -0.5.
    """
    centre = (np.arange(outputs) + 0.5) * (inputs / outputs) - 0.5
    first = np.floor(centre).astype(np.intp)
    offset = np.arange(-1, 3)
    distance = np.abs((centre - first)[:, None] - offset)
    a = _CUBIC
    near = (a + 2) * distance**3 - (a + 3) * distance**2 + 1
    far = a * (distance**3 - 5 * distance**2 + 8 * distance - 4)
    weight = np.where(distance < 1, near, far)
    index = first[:, None] + offset
    weight *= (index >= 0) & (index < inputs)
    weight /= weight.sum(axis=1, keepdims=True)
    return Taps(np.clip(index, 0, inputs - 1), weight, inputs)


def area_taps(outputs: int, inputs: int) -> Taps:
    """Reduce by averaging what each output covers."""
    scale = inputs / outputs
    edges = np.arange(outputs + 1) * scale
    index = np.floor(edges[:-1]).astype(np.intp)[:, None] + np.arange(int(np.ceil(scale)) + 1)
    covered = np.minimum(index + 1, edges[1:, None]) - np.maximum(index, edges[:-1, None])
    weight = np.maximum(covered, 0)
    weight /= weight.sum(axis=1, keepdims=True)
    return Taps(np.clip(index, 0, inputs - 1), weight, inputs)


def symmetric_taps(count: int, middle: float, *beside: float) -> Taps:
    """Filter ``count`` samples by a symmetric kernel, the samples at the edges repeated."""
    reach = len(beside)
    index = np.arange(count)[:, None] + np.arange(-reach, reach + 1)
    kernel = np.array([*beside[::-1], middle, *beside])
    weight = np.broadcast_to(kernel, index.shape)
    return Taps(np.clip(index, 0, count - 1), weight, count)


class Banded:
    """Taps as a matrix, kept as small dense pieces along its diagonal."""

    def __init__(self, taps: Taps, step: int) -> None:
        self.outputs = len(taps.index)
        self._step = step
        pieces = -(-self.outputs // step)
        border = ((0, pieces * step - self.outputs), (0, 0))
        index = np.pad(taps.index, border, mode="edge").reshape(pieces, step, -1)
        weight = np.pad(taps.weight, border).reshape(index.shape)
        first, last = index.min(axis=(1, 2)), index.max(axis=(1, 2))
        width = int((last - first).max()) + 1
        first = np.minimum(first, taps.inputs - width)
        row = np.arange(pieces * step).reshape(pieces, step, 1)
        place = row * width + index - first[:, None, None]
        matrix = np.bincount(place.ravel(), weight.ravel(), pieces * step * width)
        self._pieces = matrix.astype(np.float32).reshape(pieces, step, width)
        self._turned = np.ascontiguousarray(self._pieces.swapaxes(1, 2))
        self._inputs = first[:, None] + np.arange(width)

    def inputs(self, outputs: slice) -> slice:
        """Return the inputs that some outputs are made of."""
        touched = self._inputs[self._touched(outputs)]
        return slice(int(touched[0, 0]), int(touched[-1, -1]) + 1)

    def rows(self, planes: Plane, outputs: slice, scratch: Plane | None = None) -> Plane:
        """Filter columns: return rows ``outputs`` of planes that hold just their inputs.

        Args:
            planes: ``[N, rows, W]``, the rows that ``inputs`` tells.
            outputs: which rows are wanted.
            scratch: ``[N, rows, W]``, to be overwritten; of as many rows as the pieces have that
                ``outputs`` touches (`rows_of_pieces`).

        Returns:
            ``[N, outputs, W]``, a part of ``scratch`` if that is given.
        """
        touched = self._touched(outputs)
        count, width = planes.shape[0], planes.shape[2]
        if scratch is None:
            scratch = np.empty((count, self.rows_of_pieces(outputs), width), np.float32)
        offset = int(self._inputs[touched.start, 0])
        for number in range(touched.start, touched.stop):
            first, last = self._inputs[number, 0] - offset, self._inputs[number, -1] - offset
            top = (number - touched.start) * self._step
            out = scratch[:, top : top + self._step]
            for part in self._chunks(width):
                given = planes[:, first : last + 1, part]
                np.matmul(self._pieces[number], given, out=out[..., part])
        top = outputs.start - touched.start * self._step
        return scratch[:, top : top + outputs.stop - outputs.start]

    def rows_of_pieces(self, outputs: slice) -> int:
        """Return how many rows the pieces have that some outputs touch."""
        touched = self._touched(outputs)
        return int(touched.stop - touched.start) * self._step

    def columns(self, planes: Plane) -> Plane:
        """Filter rows: return planes ``[N, H, inputs]`` as ``[N, H, outputs]``.

        The inputs of all pieces are gathered and multiplied in one go: threads that call often
        and briefly would spend their time handing the interpreter's lock to each other.
        """
        windows = sliding_window_view(planes, self._inputs.shape[1], axis=2)
        out = np.empty((*planes.shape[:2], *self._pieces.shape[:2]), np.float32)
        for part in self._chunks(planes.shape[1]):
            gathered = windows[:, part, self._inputs[:, 0]]
            np.matmul(gathered.swapaxes(1, 2), self._turned, out=out[:, part].swapaxes(1, 2))
        return out.reshape(*planes.shape[:2], -1)[..., : self.outputs]

    def _chunks(self, length: int) -> Iterator[slice]:
        """Equal parts of the untouched direction, too small for BLAS to share them out."""
        most = max(1, _MULTIPLICATIONS // (self._pieces.shape[1] * self._pieces.shape[2]))
        step = -(-length // -(-length // most))
        return (slice(start, start + step) for start in range(0, length, step))

    def _touched(self, outputs: slice) -> slice:
        return slice(outputs.start // self._step, -(-outputs.stop // self._step))


def by_rows(taps: Taps) -> Banded:
    """Return a filter whose ``rows`` will be called."""
    return Banded(taps, _ROWS_AT_ONCE)


def by_columns(taps: Taps) -> Banded:
    """Return a filter whose ``columns`` will be called."""
    return Banded(taps, _COLUMNS_AT_ONCE)


def filter_plane(plane: Plane, down: Banded, across: Banded) -> Plane:
    """Filter a whole plane, first its columns, then its rows."""
    filtered: Plane = down.rows(across.columns(plane[np.newaxis]), slice(0, down.outputs))[0]
    return filtered
