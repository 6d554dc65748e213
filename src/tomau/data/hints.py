"""Where a person might put colour hints: places for training, drawn at random.

Source: Zhang et al., "Real-Time User-Guided Image Colorization with Learned Deep Priors",
SIGGRAPH 2017, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MAX_PATCH = 9


@dataclass(frozen=True)
class HintOptions:
    """How many hints a photo gets in training.

    Attributes:
        share: share of photos that get any.
        p: their number is geometric with this p, so 1/p on average.
        many_share: share of those photos whose number is geometric with p / 10 instead: Zhang et
            al. hardly ever show more than 40 hints, people and references give hundreds.
    """

    share: float = 0.5
    p: float = 1 / 8
    many_share: float = 0.1


def hint_patches(
    photos: int, size: int, options: HintOptions, random: np.random.Generator
) -> NDArray[np.int64]:
    """Draw square patches for a batch of photos of ``size`` x ``size`` pixels.

    Returns:
        ``[M, 4]`` int64: photo, top, left, side. Centres are normal about the photo's centre with
        a deviation of a quarter of its size; sides are uniform in 1..9.
    """
    hinted = random.random(photos) < options.share
    many = random.random(photos) < options.many_share
    counts = random.geometric(np.where(many, options.p / 10, options.p)) * hinted
    total = int(counts.sum())
    sides = random.integers(1, _MAX_PATCH + 1, total)
    centres = random.normal(size / 2, size / 4, (total, 2))
    corners = np.clip(np.rint(centres - sides[:, np.newaxis] / 2), 0, (size - sides)[:, np.newaxis])
    photo = np.repeat(np.arange(photos), counts)
    return np.column_stack((photo, corners.astype(np.int64), sides))
