"""How a picture moves from one frame to the next, and where that can be believed.

Sources: Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016 (the flow);
Sundaram, Brox and Keutzer, "Dense Point Trajectories by GPU-accelerated Large Displacement Optical
Flow", ECCV 2010, equation (5) (forward and backward have to agree); Lai et al., "Learning Blind
Video Temporal Consistency", ECCV 2018, equation (3) (belief falls with the change of brightness
along the motion).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# Forward and backward may disagree by 1 % of their lengths and so many square pixels.
_SLACK_SHARE, _SLACK = 0.01, 0.5
# L* by which brightness along the motion changes where belief has fallen to 1/e.
_BRIGHTNESS = 7.0
# Brightness is compared after this blur, which grain does not pass.
_GRAIN = 1.0


@dataclass(frozen=True, eq=False)
class Motion:
    """The motion between two neighbouring frames at working size, both ways.

    Attributes:
        back: (h, w, 2) float32: where each pixel of the later frame was in the earlier one, as an
            offset in pixels, x first.
        ahead: likewise, where each pixel of the earlier frame will be in the later one.
    """

    back: Floats
    ahead: Floats

    def reversed(self) -> Motion:
        """The motion of the film run backwards."""
        return Motion(self.ahead, self.back)


class FlowFinder:
    """Finds motion between small gray frames; one for each thread."""

    def __init__(self) -> None:
        """Prepare OpenCV's dense inverse search."""
        self._search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def __call__(self, earlier: NDArray[np.uint8], later: NDArray[np.uint8]) -> Motion:
        """Find the motion between two frames, (h, w) uint8 gray of one size.

        The flicker of old film, a change of all brightness, is evened out first.
        """
        if min(earlier.shape) < 16:  # no room for the search's patches
            still = np.zeros((*earlier.shape, 2), np.float32)
            return Motion(still, still)
        evened = _as_bright_as(earlier, later)
        back = self._search.calc(later, evened, None)  # type: ignore[call-overload]
        ahead = self._search.calc(evened, later, None)  # type: ignore[call-overload]
        return Motion(back, ahead)


def _as_bright_as(given: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give a frame the mean and deviation of another, if they are nearly its own."""
    mean, deviation = (float(value[0, 0]) for value in cv2.meanStdDev(given))
    other, spread = (float(value[0, 0]) for value in cv2.meanStdDev(wanted))
    gain = min(max(spread / max(deviation, 1.0), 0.8), 1.25)
    evened = given * np.float32(gain) + np.float32(other - gain * mean)
    rounded: NDArray[np.uint8] = np.clip(np.rint(evened), 0, 255).astype(np.uint8)
    return rounded


def pulled(planes: Floats, offsets: Floats) -> Floats:
    """Fetch for each pixel what lies at its offset; beyond the border the border goes on.

    Args:
        planes: (h, w) or (h, w, C) float32.
        offsets: (h, w, 2), x first.

    Returns:
        As ``planes``, by cubic interpolation: linear one would blur a little each time.
    """
    x, y = _places(offsets)
    return _fetched(planes, x, y, cv2.INTER_CUBIC)


def _fetched(planes: Floats, x: Floats, y: Floats, way: int = cv2.INTER_LINEAR) -> Floats:
    made: NDArray[Any] = cv2.remap(planes, x, y, way, borderMode=cv2.BORDER_REPLICATE)
    return made


def _places(offsets: Floats) -> tuple[Floats, Floats]:
    height, width = offsets.shape[:2]
    x: Floats = offsets[..., 0] + np.arange(width, dtype=np.float32)
    y: Floats = offsets[..., 1] + np.arange(height, dtype=np.float32)[:, np.newaxis]
    return x, y


def belief(earlier: Floats, later: Floats, motion: Motion) -> Floats:
    """Tell how surely each pixel of the later frame was seen in the earlier one.

    Args:
        earlier: (h, w) float32, L*.
        later: of the same size.
        motion: between them.

    Returns:
        (h, w) float32, 0 to 1; 0 where it comes from beyond the border.
    """
    back = motion.back
    x, y = _places(back)
    height, width = later.shape
    there = _fetched(motion.ahead, x, y)
    slack = _SLACK_SHARE * (_squared(back) + _squared(there)) + _SLACK
    unlike = np.maximum(_squared(back + there) - slack, 0) / slack
    change: NDArray[Any] = cv2.GaussianBlur(later - _fetched(earlier, x, y), (0, 0), _GRAIN)
    # Flicker changes all; what changes otherwise is another thing.
    change = change - float(np.median(change[::4, ::4]))
    unlike += np.square(change / _BRIGHTNESS)
    believed = np.exp(-unlike)
    inside = (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5)
    return np.where(inside, believed, 0).astype(np.float32)


def _squared(offsets: Floats) -> Floats:
    """Squared lengths of (h, w, 2)."""
    x, y = offsets[..., 0], offsets[..., 1]
    return x * x + y * y
