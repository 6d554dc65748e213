"""Colours that hold still: what the network says of each frame, agreed along the motion.

Each pixel carries its colour along the motion, and with it how many looks of the network agreed on
it. A new look is averaged in; what could not be followed (`tomau.video.flow.belief`) takes the new
look alone. The number of looks that count is bounded, so that errors of the motion fade and colours
follow the scene. Before a look is averaged in, its tone is brought to that of the scene, measured
where both show the same things: so what enters the picture agrees with what was there. A scene
opens by going through its first frames backwards: its first frame has the colours that several
looks agree on, and none has to settle.

Sources: recursive averages along the motion for consistency as in Lang et al., "Practical Temporal
Consistency for Image-Based Graphics Applications", SIGGRAPH 2012, and Bonneel et al., "Blind Video
Temporal Consistency", SIGGRAPH Asia 2015; belief after Lai et al., ECCV 2018 (see
`tomau.video.flow`). The agreement of tone, the opening and the constants are ours, chosen by
`benchmarks/film_stability.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from tomau.video.flow import FlowFinder, belief, pulled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from tomau.edits.hints import Stroke
    from tomau.runtime.prediction import Prediction
    from tomau.video.flow import Motion
    from tomau.video.looking import Look
    from tomau.video.marks import FilmHints

    Floats = NDArray[np.float32]
    Strokes = tuple[Stroke, ...]
    Ask = Callable[[Look], Prediction]

OPENING = 9
"""Frames of a scene that agree on its first colours."""


@dataclass(frozen=True)
class Constants:
    """What `benchmarks/film_stability.py` chose.

    Attributes:
        looks: of the network that count of each pixel at most.
        tone: how far the tone of a new look is brought to the scene's.
        unseen: share of the picture that motion may leave unexplained before the network looks
            again.
    """

    looks: float = 12.0
    tone: float = 0.85
    unseen: float = 0.04


_LEAST_SEEN = 0.1  # share of the picture by which tone can be measured
_GAINS = (0.8, 1.25)  # by which chroma may be scaled towards the scene's
_AB_NOISE = 4.0  # variance of a*, b* below which their scale means nothing
_FILL = 3.0  # pixels over which colours flow into what could not be followed


@dataclass(frozen=True, eq=False)
class State:
    """What a frame leaves to the next one; enough to go on after an interruption.

    Attributes:
        small: (h, w) uint8, its small picture.
        l: (h, w) float32, L* of the same.
        ab: (h, w, 2) float32, its colours at working size.
        looks: (h, w) float32, how many looks of the network agreed on them.
        since: frames since the network looked.
        strokes: hints, where they are now.
    """

    small: NDArray[np.uint8]
    l: Floats
    ab: Floats
    looks: Floats
    since: int = 0
    strokes: Strokes = ()


@dataclass(frozen=True, eq=False)
class Coloured:
    """A frame with its colours, which are in its state, and whether it begins a scene."""

    look: Look
    state: State
    starts: bool


class Steadier:
    """Gives each frame of a film its colours at working size, frame after frame."""

    def __init__(
        self,
        ask: Ask,
        *,
        every: int = 1,
        hints: FilmHints | None = None,
        half_a_frame: float = 0.02,
        state: State | None = None,
        constants: Constants | None = None,
    ) -> None:
        """Prepare.

        Args:
            ask: the network, and what a person wants otherwise throughout.
            every: it looks at every so many frames.
            hints: colours of places.
            half_a_frame: in seconds; a hint counts from the frame that is next to its moment.
            state: of the frame before, where a film goes on in the middle of a scene.
            constants: others than those that were chosen.
        """
        self._ask, self._every, self._hints = ask, every, hints
        self._half = half_a_frame
        self._find = FlowFinder()
        self._constants = constants or Constants()
        self.state = state

    def colours(self, looks: Iterable[tuple[Look, bool]]) -> Iterator[Coloured]:
        """Colour frames, one after the other.

        Args:
            looks: frames, and whether a scene begins there.
        """
        opening: list[Look] = []
        for look, starts in looks:
            if starts:
                yield from self._open(opening)
                opening, self.state = [], None
            if self.state is not None:
                self.state = self._advance(self.state, look)
                yield Coloured(look, self.state, starts=False)
                continue
            opening.append(look)
            if len(opening) == OPENING:
                yield from self._open(opening)
                opening = []
        yield from self._open(opening)

    def _open(self, opening: Sequence[Look]) -> Iterator[Coloured]:
        """Colour the first frames of a scene: backwards, then forwards."""
        if not opening:
            return
        motions = [self._find(a.small, b.small) for a, b in pairwise(opening)]
        strokes = self._strokes_of(opening, motions)
        asked = {*range(0, len(opening), self._every), len(opening) - 1}
        said = {k: self._said(opening[k], strokes[k]) for k in sorted(asked)}
        last = len(opening) - 1
        state = _first(opening[last], said[last].ab, strokes[last])
        for k in range(last - 1, -1, -1):
            fresh = said[k].ab if k in said else None
            motion = motions[k].reversed()
            state = self._carried(state, opening[k], motion, strokes[k], fresh)
        yield Coloured(opening[0], state, starts=True)
        for k in range(1, len(opening)):
            fresh = said[k].ab if k in said else None
            state = self._carried(state, opening[k], motions[k - 1], strokes[k], fresh)
            yield Coloured(opening[k], state, starts=False)
        self.state = state

    def _advance(self, before: State, look: Look) -> State:
        """Colour a frame in the middle of a scene."""
        motion = self._find(before.small, look.small)
        strokes: Strokes = ()
        if self._hints is not None:
            carried = self._hints.carried(before.strokes, motion)
            new = self._new_strokes(look)
            if new:
                before = self._with_hints(before, look, carried, new, motion)
            strokes = (*carried, *new)
        fresh = self._said(look, strokes).ab if before.since + 1 >= self._every else None
        return self._carried(before, look, motion, strokes, fresh)

    def _carried(
        self, before: State, look: Look, motion: Motion, strokes: Strokes, fresh: Floats | None
    ) -> State:
        """Bring colours to the next frame along the motion, and average a new look in."""
        sure = belief(before.l, look.l, motion)
        ab = pulled(before.ab, motion.back)
        looks = np.maximum(pulled(before.looks, motion.back), np.float32(0)) * sure
        if fresh is None and float(np.mean(looks < 0.5)) > self._constants.unseen:
            fresh = self._said(look, strokes).ab
        if fresh is None:
            filled = _filled(ab, sure)
            return State(look.small, look.l, filled, looks, before.since + 1, strokes)
        toned = _toned(fresh, ab, looks, self._constants.tone)
        weight = (looks / (looks + 1))[..., np.newaxis]
        ab = toned + weight * (ab - toned)
        looks = np.minimum(looks + 1, np.float32(self._constants.looks))
        return State(look.small, look.l, ab, looks, 0, strokes)

    def _said(self, look: Look, strokes: Strokes) -> Prediction:
        said = self._ask(look)
        return said if self._hints is None else self._hints.correct(said, strokes)

    def _new_strokes(self, look: Look) -> Strokes:
        if self._hints is None:
            return ()
        moment = look.frame.seconds
        return self._hints.starting(moment - self._half, moment + self._half)

    def _strokes_of(self, opening: Sequence[Look], motions: Sequence[Motion]) -> list[Strokes]:
        """Hints on each of the first frames; those that begin among them count from the first."""
        if self._hints is None:
            return [()] * len(opening)
        new = [self._new_strokes(look) for look in opening]
        later: Strokes = ()
        for k in range(len(opening) - 1, -1, -1):
            later = (*new[k], *later)
            if k:
                later = self._hints.carried(later, motions[k - 1].reversed())
        strokes = [later]
        for motion in motions:
            strokes.append(self._hints.carried(strokes[-1], motion))
        return strokes

    def _with_hints(
        self, before: State, look: Look, carried: Strokes, new: Strokes, motion: Motion
    ) -> State:
        """Let hints that begin in the middle of a scene count at once."""
        without, with_new = (self._said(look, part).ab for part in (carried, (*carried, *new)))
        change = pulled(with_new - without, motion.ahead)
        return State(
            before.small, before.l, before.ab + change, before.looks, before.since, before.strokes
        )


class Alone:
    """Gives each frame the colours of a look of its own, as if it were a photograph."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def colours(self, looks: Iterable[tuple[Look, bool]]) -> Iterator[Coloured]:
        """Do as `Steadier.colours`."""
        for look, starts in looks:
            yield Coloured(look, _first(look, self._ask(look).ab, ()), starts)


def _first(look: Look, ab: Floats, strokes: Strokes) -> State:
    return State(look.small, look.l, ab, np.ones(look.l.shape, np.float32), 0, strokes)


def _toned(fresh: Floats, ab: Floats, looks: Floats, tone: float) -> Floats:
    """Bring the tone of a new look to that of the colours that were carried here.

    Tone is an offset of a* and b* and one scale of both; the more looks agreed, the more it counts.
    """
    seen = np.minimum(looks, np.float32(1))
    total = float(seen.sum())
    if total < _LEAST_SEEN * looks.size:
        return fresh
    count = float((looks * seen).sum()) / total
    share = np.float32(tone * max(0.0, 1 - 1 / max(count, 1.0)))
    weight = seen[..., np.newaxis] / np.float32(total)
    mean, wanted = ((plane * weight).sum(axis=(0, 1)) for plane in (fresh, ab))
    apart, other = fresh - mean, ab - wanted
    product = float((apart * other * weight).sum())
    variance = float((np.square(apart) * weight).sum())
    gain = (product + _AB_NOISE) / (variance + _AB_NOISE)
    gain = 1 + float(share) * (min(max(gain, _GAINS[0]), _GAINS[1]) - 1)
    toned: Floats = apart * np.float32(gain) + (mean + share * (wanted - mean))
    return toned


def _filled(ab: Floats, sure: Floats) -> Floats:
    """Let colours flow from what was followed into what was not."""
    known = np.concatenate((ab * sure[..., np.newaxis], sure[..., np.newaxis]), axis=2)
    planes: NDArray[Any] = cv2.GaussianBlur(known, (0, 0), _FILL, borderType=cv2.BORDER_REPLICATE)
    around = planes[..., :2] / np.maximum(planes[..., 2:], np.float32(1e-3))
    # Far from all that was followed, what was carried is no worse than nothing.
    reached = np.minimum(planes[..., 2:] * np.float32(20), np.float32(1))
    around = ab + reached * (around - ab)
    filled: Floats = around + sure[..., np.newaxis] * (ab - around)
    return filled
