"""A person's hints joined with a network's answer, or standing alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tomau.color import upsample_chroma
from tomau.edits.hints import Hints, Stroke, read_hints, read_scribbles
from tomau.edits.likeness import bounds
from tomau.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.edits.scribbles import ScribbleSolver
    from tomau.runtime.prediction import Edit, Prediction

_NEAR, _FAR = 3e-3, 2e-4
"""Decay of `ScribbleSolver.solve`: corrections fade over some ten pixels, or some forty."""

PERSONS_REACH = 0.5
"""How far a person's hints reach, in shares of what the network learnt.

It learnt from true colours, which things of one kind share; a person wants one thing otherwise.
By benchmarks/hint_reach.py 0.6 and 0.7 miss by 4 % less, but change a half or all as much again
that was not meant, which is what people see first.
"""

BOUND = 0.15
"""Overlap of expected colours with a hinted place that lacks to 1 where its hint falls to 1/e."""

LEAST_REACH, MOST_REACH = 0.05, 20.0

SCRIBBLE_PIXELS = 120_000
"""Pixels at which scribbles alone are solved at most; more only take longer
(benchmarks/scribble_size.py)."""


@dataclass(frozen=True)
class HintEdit:
    """Hints for one picture, of which only files and points are known yet: an `Edit`.

    Attributes:
        points: over all else.
        file: JSON file of strokes.
        scribbles: PNG, painted on a transparent layer over the picture.
        exact: as `hinted_ab` says.
        reach: the same.
    """

    points: tuple[Stroke, ...] = ()
    file: Path | None = None
    scribbles: Path | None = None
    exact: bool = False
    reach: float = 1.0

    def __call__(self, prediction: Prediction, height: int, width: int) -> Prediction:
        """Correct a prediction for a picture of ``height`` x ``width`` pixels.

        Raises:
            UsageError: a hint lies outside the picture, or a file cannot be used.
            MissingExtraError: the solver is needed and not installed.
        """
        strokes = () if self.file is None else read_hints(self.file, width, height)
        paint = None if self.scribbles is None else read_scribbles(self.scribbles)
        every = (*strokes, *self.points)
        hints = Hints(width, height, every, paint, self.exact, self.reach)
        return hints(prediction, height, width)


@dataclass(frozen=True)
class Edits:
    """Edits one after the other, each correcting what the one before left: an `Edit` itself."""

    steps: tuple[Edit, ...]

    def __call__(self, prediction: Prediction, height: int, width: int) -> Prediction:
        """Correct a prediction for a picture of ``height`` x ``width`` pixels; see the steps."""
        for step in self.steps:
            prediction = step(prediction, height, width)
        return prediction


def hinted_ab(
    prediction: Prediction, hints: Hints, *, exact: bool = False, reach: float = 1.0
) -> NDArray[np.float32]:
    """Correct what a network said of a picture by hints.

    A network with a guide spreads them itself, but only to what it expects the same colours of;
    what is near and might have the same colour still takes part, the less the smaller the reach.
    To one without, the difference between each hint and the automatic answer is spread by
    `ScribbleSolver`, and fades with distance.

    Args:
        prediction: at working size.
        hints: for the picture at its own size.
        exact: meet every hint exactly, where the network by itself comes near; what is left of
            the difference is spread close by.
        reach: how far hints reach; 1 as is usual for people, 2 twice as far.

    Returns:
        ab (h, w, 2) float32.

    Raises:
        UsageError: the reach is out of range.
        MissingExtraError: the solver is needed and not installed.
    """
    if not LEAST_REACH <= reach <= MOST_REACH:
        raise UsageError(f"a reach of {reach} came; expected {LEAST_REACH:g} to {MOST_REACH:g}")
    planes = hints.planes(*prediction.ab.shape[:2])
    marked = planes[..., 2] > 0
    guided = prediction.guide is not None
    ab = prediction.ab
    if guided:
        ab = guided_ab(prediction, planes, PERSONS_REACH * reach, BOUND * reach)
    if guided and not exact:
        return ab
    solver = _solver(prediction.l)
    return ab + solver.solve(
        planes[..., :2] - ab, marked, decay=_NEAR if guided else _FAR / reach**2
    )


def guided_ab(
    prediction: Prediction, planes: NDArray[np.float32], reach: float, bound: float | None
) -> NDArray[np.float32]:
    """Correct a prediction by hints along its guide, within what looks like the hinted places.

    Args:
        prediction: of a network that takes hints.
        planes: (h, w, 3), ab times mask, and the mask.
        reach: as `Prediction.with_hints` says.
        bound: as ``width`` of `tomau.edits.likeness.bounds`; None is no bound.

    Returns:
        ab (h, w, 2).

    Raises:
        UsageError: the network takes no hints.
    """
    ab = prediction.with_hints(planes, reach=reach)
    marked = planes[..., 2] > 0
    if bound is None or prediction.classes is None or not marked.any():
        return ab
    own = prediction.ab
    answer: NDArray[np.float32] = own + bounds(prediction, marked, bound) * (ab - own)
    return answer


class Scribbles:
    """Colours one picture by hints alone, without a network; changed hints are solved sooner.

    A large picture is solved at working size, and its own luminance leads the colours to its own
    size: sooner, and no farther from the truth.

    >>> import tomau
    >>> scribbles = tomau.Scribbles(l)                              # doctest: +SKIP
    >>> ab = scribbles(tomau.Hints(640, 480, strokes))              # doctest: +SKIP
    """

    def __init__(self, l: NDArray[np.float32], *, pixels: int = SCRIBBLE_PIXELS) -> None:
        """Prepare a picture, L* (h, w) in 0..100, and the most pixels that are solved for.

        Raises:
            UsageError: there is no pixel to solve for.
            MissingExtraError: the solver is not installed.
        """
        if pixels < 1:
            raise UsageError(f"{pixels} pixels to solve for came; expected 1 or more")
        self._l = np.ascontiguousarray(l, np.float32)
        height, width = l.shape
        share = min(1.0, (pixels / l.size) ** 0.5)
        size = (max(1, round(height * share)), max(1, round(width * share)))
        self._solver = _solver(self._l, size)
        self._last: NDArray[np.float32] | None = None

    def __call__(self, hints: Hints) -> NDArray[np.float32]:
        """Spread hints over the picture.

        Returns:
            ab (h, w, 2): at pixels that a hint covers its own, elsewhere between the least and
            the greatest of all hints' in each channel.

        Raises:
            UsageError: there are no hints.
        """
        planes = hints.planes(*self._solver.shape)
        marked = planes[..., 2] > 0
        if not marked.any():
            raise UsageError(
                "no hints came; expected at least one: without a network it gives colour"
            )
        self._last = self._solver.solve(planes[..., :2], marked, start=self._last)
        if self._l.shape == self._solver.shape:
            return self._last
        known = planes[marked][:, :2]
        ab = upsample_chroma(self._last, self._l)
        np.clip(ab, known.min(axis=0), known.max(axis=0), out=ab)  # no overshoot at edges
        covered, own = hints.pixels(*self._l.shape)
        ab[covered] = own
        return ab


def scribbled_ab(l: NDArray[np.float32], hints: Hints) -> NDArray[np.float32]:
    """Colour a picture by hints alone, without a network: ab (h, w, 2) from L* (h, w).

    Raises:
        UsageError: there are no hints.
        MissingExtraError: the solver is not installed.
    """
    return Scribbles(l)(hints)


def _solver(l: NDArray[np.float32], size: tuple[int, int] | None = None) -> ScribbleSolver:
    """Prepare the solver for a picture, brought to a smaller size first if one is given."""
    try:
        from tomau.edits.scribbles import ScribbleSolver, reduced_light
    except ImportError as error:
        raise MissingExtraError("spreading colours by optimization", "scribbles") from error
    return ScribbleSolver(l if size is None else reduced_light(l, size))
