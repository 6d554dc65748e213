"""Answers that need no model: all gray, and one colour for everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tomau.color import compose_u8, lab_to_srgb, srgb_to_lab
from tomau.errors import DataError
from tomau.evaluation.pixels import resize_for_protocol, to_float

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class MeanColor:
    """The mean a* and b* of photographs, and which photographs these were, for the protocol."""

    a: float
    b: float
    source: str

    def answer(self, rgb_u8: Pixels) -> Pixels:
        """The picture with the L* of (H, W, 3) sRGB uint8 and this colour all over, in gamut."""
        l = srgb_to_lab(to_float(rgb_u8))[..., 0]
        ab = np.broadcast_to(np.array([self.a, self.b], np.float32), (*l.shape, 2))
        return compose_u8(l, ab)

    def __str__(self) -> str:
        return f"mean_color a* {self.a:.2f} b* {self.b:.2f} of {self.source}"


def mean_color(
    photos: Iterable[tuple[str, Pixels]],
    *,
    size: int | None,
    source: str,
    progress: Callable[[int], None] | None = None,
) -> MeanColor:
    """Mean a* and b* of photographs given as (key, (H, W, 3) sRGB uint8), each weighing the same.

    ``size`` is the protocol's; ``source`` names the photographs in one or two words; ``progress``
    is told the number of photographs done.

    Raises:
        DataError: there is no photograph.
    """
    means = []
    for done, (_, photo) in enumerate(photos, start=1):
        lab = srgb_to_lab(to_float(resize_for_protocol(photo, size)))
        means.append(lab[..., 1:].mean(axis=(0, 1), dtype=np.float64))
        if progress is not None:
            progress(done)
    if not means:
        raise DataError(f"no mean colour: 0 photographs in {source}; expected at least one")
    a, b = np.mean(means, axis=0)
    return MeanColor(float(a), float(b), source)


def gray_answer(rgb_u8: Pixels) -> Pixels:
    """The gray picture (H, W) uint8 that has the L* of a colour picture (H, W, 3) uint8."""
    lab = srgb_to_lab(to_float(rgb_u8))
    lab[..., 1:] = 0
    return np.rint(np.clip(lab_to_srgb(lab)[..., 1], 0, 1) * 255).astype(np.uint8)
