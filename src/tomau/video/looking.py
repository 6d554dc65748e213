"""What is looked at of each frame, a small gray picture, and what the network says of it."""

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

    from tomau.runtime import Colorizer, ModelCard
    from tomau.runtime.prediction import Prediction
    from tomau.runtime.working_size import AskedSize, WorkingSize
    from tomau.video.progress import Clock
    from tomau.video.reading import FilmFacts, Frame
    from tomau.video.settings import FilmSettings
    from tomau.video.steadying import Ask

COMPUTERS = VideoRange(8, is_full=True)
"""The coding of pictures on a computer: 8 bits, black 0 and white 255."""


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
        small = convert_luma(reduced, facts.coding, COMPUTERS).astype(np.uint8, copy=False)
        yield Look(frame, small, luma_lightness(reduced, facts.coding))


def asker(facts: FilmFacts, settings: FilmSettings, colorizer: Colorizer, clock: Clock) -> Ask:
    """Return what says of a look which colours it has, with a person's edit throughout."""
    size = film_size(facts, settings.size, colorizer.card)
    pixels = min(size.height, size.width)
    width, height = facts.shown_size

    def ask(look: Look) -> Prediction:
        with clock("network"):
            said = colorizer.predict(look.l, size=pixels)
            return said if settings.edit is None else settings.edit(said, height, width)

    return ask
