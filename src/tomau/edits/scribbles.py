"""Colour spread from scribbles by optimization: neighbours alike in light are alike in colour.

The energy is the sum over neighbouring pixels of ``w_rs |U(r) - U(s)|^2`` with U given on the
scribbles, so U is the solution of a symmetric system whose every row is an average: it stays
within the colours of the scribbles (the maximum principle), and conjugate gradients with
algebraic multigrid solve it.

Source: Levin, Lischinski, Weiss, "Colorization using Optimization", SIGGRAPH 2004: the weights
are those of equation (2), taken mean of both directions. Their energy, equation (1), squares the
difference from the neighbours' average, which allows overshoot; ours is the harmonic form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.ndimage import uniform_filter

from tomau.edits.multigrid import Multigrid, solve
from tomau.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WINDOW = 3
# 2 sigma^2 in shares of the window's variance. The authors' program has 0.6, and squares twice:
# half of it keeps edges as tight in the harmonic form.
_VARIANCE_SHARE = 0.3
_LEAST_VARIANCE = 0.04  # the same in L* squared: below this the eye sees no edge
_LEAST_WEIGHT = 1e-6  # keeps the graph whole where an edge encloses a region
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))  # the others are these, seen from the other end
_TOLERANCE = 1e-4
_MOST_SAMPLES = 9  # by rows, and by columns, of which a median is taken


class ScribbleSolver:
    """Spreads colours over one picture.

    The weights are computed once, the equations and their coarsening once for scribbles at the
    same places, whatever their colours.
    """

    def __init__(self, l: NDArray[np.floating]) -> None:
        """Weigh the neighbours of a picture, L* (h, w) in 0..100, at working size."""
        self.shape = l.shape
        self.graph = _weights(np.asarray(l, np.float64))
        self._system: _System | None = None

    def solve(
        self,
        values: NDArray[np.floating],
        mask: NDArray[np.bool_],
        *,
        decay: float = 0.0,
        start: NDArray[np.floating] | None = None,
        tolerance: float = _TOLERANCE,
    ) -> NDArray[np.float32]:
        """Spread values from marked pixels over all.

        Args:
            values: (h, w, C), read where the mask is set.
            mask: (h, w), the scribbles.
            decay: pull of every pixel towards 0 in shares of its neighbours' pull; 0 lets a
                single scribble colour everything, 0.01 fades over some ten pixels without edges.
            start: (h, w, C), a solution near this one: the last, before a stroke was added.
            tolerance: greatest residual, relative to the right-hand side.

        Returns:
            (h, w, C) float32, on the mask exactly the values; 0 where nothing is marked at all.

        Raises:
            UsageError: the arrays are not of the picture's size.
        """
        channels = values.shape[-1]
        for name, array, shape in (
            ("values", values, (*self.shape, channels)),
            ("mask", mask, self.shape),
            ("start", values if start is None else start, (*self.shape, channels)),
        ):
            if array.shape != shape:
                raise UsageError(f"{name} of shape {array.shape} came; expected {shape}")
        answer = np.zeros((mask.size, channels))
        answer[mask.ravel()] = values[mask]
        if mask.any() and not mask.all():
            if self._system is None or not self._system.serves(mask, decay):
                self._system = _System(self.graph, mask, decay)
            first = None if start is None else start.reshape(-1, channels).astype(np.float64)
            self._system.solve(answer, first, tolerance)
        return answer.reshape(*self.shape, channels).astype(np.float32)


class _System:
    """The equations of the pixels that no scribble covers, coarsened: good for any colours."""

    def __init__(self, graph: sparse.csr_matrix, mask: NDArray[np.bool_], decay: float) -> None:
        self._mask, self._decay = mask.copy(), decay
        self._free, self._fixed = np.flatnonzero(~mask.ravel()), np.flatnonzero(mask.ravel())
        rows = graph[self._free]
        degree = np.asarray(rows.sum(axis=1)).ravel()
        self._matrix = (sparse.diags(degree * (1 + decay)) - rows[:, self._free]).tocsr()
        self._pull = rows[:, self._fixed]
        self._cycle = Multigrid(self._matrix)

    def serves(self, mask: NDArray[np.bool_], decay: float) -> bool:
        """Whether these are the equations for a mask and a decay."""
        return decay == self._decay and np.array_equal(mask, self._mask)

    def solve(
        self, answer: NDArray[np.float64], first: NDArray[np.float64] | None, tolerance: float
    ) -> None:
        """Fill in (n, C) where it is free, from where it is not; begin at ``first``, or at 0."""
        start = None if first is None else first[self._free]
        right = self._pull @ answer[self._fixed]
        answer[self._free] = solve(self._matrix, right, start, tolerance, self._cycle)


def reduced_light(l: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.floating]:
    """Bring L* (h, w) to a smaller size (h', w') by the median around each of its pixels.

    A mean would lay a grey between the two sides of an edge, over which colour passes; the median
    takes one side, and is as good against grain.
    """
    if size == l.shape:
        return l
    ratio = (l.size / (size[0] * size[1])) ** 0.5
    count = int(np.clip(round((ratio - 1) / 2) * 2 + 1, 3, _MOST_SAMPLES))
    reach = max(ratio - 1, 2) / 2
    offsets = np.rint(np.linspace(-reach, reach, count)).astype(np.intp)
    rows, columns = (
        ((np.arange(small) + 0.5) * large / small).astype(np.intp)[:, np.newaxis] + offsets
        for small, large in zip(size, l.shape, strict=True)
    )
    rows, columns = rows.clip(0, l.shape[0] - 1), columns.clip(0, l.shape[1] - 1)
    near = l[rows[:, :, np.newaxis, np.newaxis], columns]  # (h', samples, w', samples)
    median: NDArray[np.floating] = np.median(near.swapaxes(1, 2).reshape(*size, -1), axis=2)
    return median


def _weights(l: NDArray[np.float64]) -> sparse.csr_matrix:
    """Symmetric weights between each pixel and its eight neighbours, (h*w, h*w)."""
    mean = uniform_filter(l, _WINDOW)
    variance = np.maximum(uniform_filter(l * l, _WINDOW) - mean * mean, 0.0)
    scale = np.maximum(_VARIANCE_SHARE * variance, _LEAST_VARIANCE)  # 2 sigma^2
    number = np.arange(l.size).reshape(l.shape)
    ends, weights = [], []
    for down, right in _NEIGHBOURS:
        here, there = _pairs(down, right)
        gap = np.square(l[here] - l[there])
        weight = (np.exp(-gap / scale[here]) + np.exp(-gap / scale[there])) / 2 + _LEAST_WEIGHT
        ends.append(np.stack((number[here].ravel(), number[there].ravel())))
        weights.append(weight.ravel())
    pairs, values = np.concatenate(ends, axis=1), np.concatenate(weights)
    half = sparse.coo_matrix((values, (pairs[0], pairs[1])), shape=(l.size, l.size))
    return (half + half.T).tocsr()


def _pairs(down: int, right: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of all pixels that have the neighbour (down, right), and of these neighbours."""
    rows, next_rows = slice(None, -down or None), slice(down, None)
    if right < 0:
        return (rows, slice(-right, None)), (next_rows, slice(None, right))
    return (rows, slice(None, -right or None)), (next_rows, slice(right, None))
