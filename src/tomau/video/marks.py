"""Hints on a film: colours of places from a moment on, carried along by the motion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tomau.edits.hints import Hints, Stroke, parse_color, read_form
from tomau.errors import UsageError

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction
    from tomau.video.flow import Motion

# Pixels at working size by which there and back may disagree before a point is given up.
_LOST = 1.5


@dataclass(frozen=True)
class Mark:
    """A stroke that counts from a moment, in seconds of the film, to the end of its scene."""

    seconds: float
    stroke: Stroke


@dataclass(frozen=True)
class FilmHints:
    """All that a person marked on a film.

    Attributes:
        width: of the film with square pixels, upright.
        height: the same.
        marks: in any order.
        exact: as `tomau.edits.coloring.hinted_ab` says.
        reach: the same.
    """

    width: int
    height: int
    marks: tuple[Mark, ...]
    exact: bool = False
    reach: float = 1.0

    def __post_init__(self) -> None:
        Hints(self.width, self.height, tuple(mark.stroke for mark in self.marks))

    def starting(self, after: float, until: float) -> tuple[Stroke, ...]:
        """Strokes that begin to count after one moment and not later than another, in seconds."""
        return tuple(mark.stroke for mark in self.marks if after < mark.seconds <= until)

    def correct(self, prediction: Prediction, strokes: tuple[Stroke, ...]) -> Prediction:
        """Correct what the network said of a frame by strokes on it.

        Raises:
            MissingExtraError: the solver is needed and not installed.
        """
        if not strokes:
            return prediction
        hints = Hints(self.width, self.height, strokes, None, self.exact, self.reach)
        return hints(prediction, self.height, self.width)

    def carried(self, strokes: tuple[Stroke, ...], motion: Motion) -> tuple[Stroke, ...]:
        """Move strokes on to the next frame; points that leave it or cannot be followed go."""
        moved = (self._moved(stroke, motion) for stroke in strokes)
        return tuple(stroke for stroke in moved if stroke.points)

    def _moved(self, stroke: Stroke, motion: Motion) -> Stroke:
        scale = np.array(motion.ahead.shape[1::-1]) / (self.width, self.height)
        points = (np.array(stroke.points) + 0.5) * scale - 0.5
        offsets = _sampled(motion.ahead, points)
        arrived = points + offsets
        apart = np.linalg.norm(offsets + _sampled(motion.back, arrived), axis=1)
        moved = (arrived + 0.5) / scale - 0.5
        inside = (moved >= 0).all(1) & (moved <= (self.width - 1, self.height - 1)).all(1)
        kept = moved[inside & (apart <= _LOST)]
        return replace(stroke, points=tuple((float(x), float(y)) for x, y in kept))


def _sampled(flow: NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bilinear samples of (h, w, 2) at points (n, 2), x first, kept inside."""
    height, width = flow.shape[:2]
    x = np.clip(points[:, 0], 0, width - 1)
    y = np.clip(points[:, 1], 0, height - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = (x - left)[:, np.newaxis], (y - top)[:, np.newaxis]
    upper = flow[top, left] * (1 - across) + flow[top, right] * across
    lower = flow[below, left] * (1 - across) + flow[below, right] * across
    sampled: NDArray[np.float64] = upper * (1 - down) + lower * down
    return sampled


class _StrokeEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    points: Annotated[list[tuple[float, float]], Field(min_length=1)]
    color: str
    radius: Annotated[float, Field(gt=0)] | None = None
    frame: Annotated[int, Field(ge=0)] | None = None
    time: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _has_one_moment(self) -> _StrokeEntry:
        if self.frame is not None and self.time is not None:
            raise ValueError("a stroke has both frame and time")
        return self


class _HintsFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width: Annotated[int, Field(ge=1)] | None = None
    height: Annotated[int, Field(ge=1)] | None = None
    strokes: Annotated[list[_StrokeEntry], Field(min_length=1)]


def read_film_hints(
    path: Path,
    size: tuple[int, int],
    rate: Fraction,
    *,
    exact: bool = False,
    reach: float = 1.0,
) -> FilmHints:
    """Read marks from a JSON file, made for a film of a width and height.

    The file is that of `tomau.edits.hints.read_hints`, in which each stroke may say from which
    ``"frame"`` (counted from 0) or ``"time"`` (seconds) on it counts: by default from the first.
    ``rate`` is frames per second, by which frames become moments.

    Raises:
        UsageError: the file cannot be read, is of another form, or is for another size.
    """
    example = {"strokes": [{"frame": 48, "points": [[120, 340]], "color": "#c03028"}]}
    file = read_form(path, _HintsFile, example)
    width, height = size
    made_for = (file.width or width, file.height or height)
    if made_for != size:
        raise UsageError(
            f"{path} has strokes for a film of {made_for[0]}x{made_for[1]}; expected "
            f"{width}x{height}, the size of this one"
        )
    marks = []
    for entry in file.strokes:
        seconds = entry.time if entry.time is not None else float((entry.frame or 0) / rate)
        stroke = Stroke(tuple(entry.points), parse_color(entry.color), entry.radius)
        marks.append(Mark(seconds, stroke))
    return FilmHints(width, height, tuple(marks), exact, reach)
