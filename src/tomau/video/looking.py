"""What is looked at of each frame: a small gray picture of the size that the network sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from tomau.color.ycbcr import VideoRange, convert_luma, luma_lightness
from tomau.runtime.working_size import chosen_size, working_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from tomau.runtime import ModelCard
    from tomau.runtime.working_size import AskedSize, WorkingSize
    from tomau.video.reading import FilmFacts, Frame

_COMPUTERS = VideoRange(8, is_full=True)


@dataclass(frozen=True, eq=False)
class Look:
    """A frame and its small picture.

    Attributes:
        frame: at full size.
        small: (h, w) uint8, its gray at working size, black 0 and white 255.
        l: (h, w) float32, L* of the same.
    """

    frame: Frame
    small: NDArray[np.uint8]
    l: NDArray[np.float32]


def film_size(facts: FilmFacts, size: AskedSize, card: ModelCard) -> WorkingSize:
    """Return the size at which a film is looked at: with square pixels, as a model wants it.

    Raises:
        UsageError: ``size`` is less than 1.
    """
    width, height = facts.shown_size
    pixels = chosen_size(size, card_size=card.size, height=height, width=width)
    return working_size(height, width, size=pixels, stride=card.stride)


def looks(frames: Iterable[Frame], facts: FilmFacts, target: WorkingSize) -> Iterator[Look]:
    """Make the small picture of each frame."""
    size = (target.width, target.height)
    for frame in frames:
        reduced: NDArray[Any] = cv2.resize(frame.luma, size, interpolation=cv2.INTER_AREA)
        small = convert_luma(reduced, facts.coding, _COMPUTERS).astype(np.uint8, copy=False)
        yield Look(frame, small, luma_lightness(reduced, facts.coding))
