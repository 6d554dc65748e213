"""Where one scene ends and the next begins, told from small gray frames as they pass."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

WINDOW = 2
"""Frames before and after each that are looked at: how far the answer lags behind."""

# A cut changes the frame by so many 8-bit codes in the mean, and three times as much as its
# neighbours: pans, flicker and grain change all of them alike.
_LEAST_CHANGE = 10.0
_RATIO = 3.0


class _HasSmall(Protocol):
    @property
    def small(self) -> NDArray[np.uint8]: ...


Looked = TypeVar("Looked", bound=_HasSmall)


def with_cuts(looks: Iterable[Looked], *, starts: bool = True) -> Iterator[tuple[Looked, bool]]:
    """Pair what passes with whether a scene begins there; it comes `WINDOW` later.

    Args:
        looks: with ``small``, (h, w) uint8 gray, all of one size.
        starts: whether the first one begins a scene.

    Source: PySceneDetect's AdaptiveDetector, on luminance alone.
    """
    from scenedetect import FrameTimecode
    from scenedetect.detectors import AdaptiveDetector

    detector = AdaptiveDetector(
        adaptive_threshold=_RATIO,
        min_scene_len=1,
        window_width=WINDOW,
        min_content_val=_LEAST_CHANGE,
        luma_only=True,
    )
    waiting: deque[tuple[int, Looked]] = deque()
    cuts: set[int] = {0} if starts else set()
    number = -1
    for number, look in enumerate(looks):
        waiting.append((number, look))
        timecode = FrameTimecode(number, fps=25.0)
        picture = np.repeat(look.small[..., np.newaxis], 3, axis=2)
        cuts.update(cut.frame_num for cut in detector.process_frame(timecode, picture))
        while waiting and waiting[0][0] <= number - WINDOW:
            first, look = waiting.popleft()
            yield look, first in cuts
    for first, look in waiting:
        yield look, first in cuts
