"""Size rules: the small picture that the network sees of a photograph of any shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from PIL import Image

from tomau.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_ASPECT = 8
"""The working long side is at most this many times the asked short side."""

AskedSize: TypeAlias = "int | Literal['auto'] | None"
"""Short side that the network is to see: pixels, ``auto`` by the picture, None by the card."""

AUTO_FACTORS = ((0, 1.0), (384, 2.0))
"""What ``auto`` multiplies the card's size by, from which short side of a picture on.

`benchmarks/working_size.py` prints this line for a model: the smallest size, at most the pictures'
own, whose mean error is within half a percent of the best (`results/working_size.csv`).
"""


def chosen_size(asked: AskedSize, *, card_size: int, height: int, width: int) -> int:
    """Short side in pixels that the network is to see of a picture.

    >>> chosen_size(None, card_size=256, height=900, width=1200)
    256
    >>> chosen_size(320, card_size=256, height=900, width=1200)
    320
    """
    if asked == "auto":
        short = min(height, width)
        factor = next(factor for least, factor in reversed(AUTO_FACTORS) if short >= least)
        return round(card_size * factor)
    return card_size if asked is None else asked


@dataclass(frozen=True)
class WorkingSize:
    """Height and width of the working picture, and of the same padded to the network's stride."""

    height: int
    width: int
    padded_height: int
    padded_width: int


def working_size(height: int, width: int, *, size: int, stride: int) -> WorkingSize:
    """Working size of a picture: its short side becomes ``size``, its aspect ratio stays.

    The long side is capped at ``8 * size``: a strip longer than 8:1 is scaled by its long side
    instead, and its short side is then smaller than ``size`` (but at least 1), so that 20000x50
    costs no more than any other picture. Padding goes up to the next multiple of ``stride``.

    >>> working_size(1000, 1500, size=256, stride=32)
    WorkingSize(height=256, width=384, padded_height=256, padded_width=384)
    >>> working_size(50, 20000, size=256, stride=32)
    WorkingSize(height=5, width=2048, padded_height=32, padded_width=2048)

    Raises:
        UsageError: ``size`` is less than 1.
    """
    if size < 1:
        raise UsageError(f"working size {size} came; expected at least 1 pixel, usually 256")
    short, long = min(height, width), max(height, width)
    scale = min(size / short, LONGEST_ASPECT * size / long)
    rows, columns = (max(1, round(side * scale)) for side in (height, width))
    return WorkingSize(rows, columns, _next_multiple(rows, stride), _next_multiple(columns, stride))


def resize_luminance(l: NDArray[np.float32], target: WorkingSize) -> NDArray[np.float32]:
    """Luminance (H, W) resized to (height, width) of ``target``, its values kept in 0..100.

    The filter widens with the scale when shrinking, so that halftone dots and film grain become
    their mean instead of a moire that the network would colour.
    """
    if l.shape == (target.height, target.width):
        return l
    picture = Image.fromarray(np.ascontiguousarray(l, dtype=np.float32))
    small = picture.resize((target.width, target.height), Image.Resampling.BILINEAR)
    return np.asarray(small, dtype=np.float32)


def pad_to_stride(l: NDArray[np.float32], target: WorkingSize) -> NDArray[np.float32]:
    """Working luminance (height, width) continued by reflection below and to the right.

    Reflection continues textures where a constant border would draw an edge. The part outside
    (height, width) is to be cropped off the network's answer.
    """
    below = target.padded_height - l.shape[0]
    right = target.padded_width - l.shape[1]
    if not below and not right:
        return l
    return np.pad(l, ((0, below), (0, right)), mode="reflect")


def _next_multiple(side: int, stride: int) -> int:
    return -(-side // stride) * stride
