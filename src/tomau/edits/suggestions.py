"""Colours that a place in a picture might have: by the network's own distribution, or by pictures.

The network says of each place which colours it might have. Other pictures say which colours they
have at places that show alike things in alike light (`tomau.edits.matching`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tomau.color import render_u8
from tomau.color.bins import BIN_STEP, ab_bins, bin_grid
from tomau.edits.likeness import softmax
from tomau.edits.matching import alike_places
from tomau.edits.spreading import CELL
from tomau.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tomau.edits.matching import Seen
    from tomau.runtime.prediction import Prediction

    Floats = NDArray[np.float32]

_APART = 22.0  # of ab: nearer colours count as one
_LIGHT = 8.0  # of L*: pixels of other pictures that differ so much in light count by 0.6
_LEAST = 0.005  # of all: what a picture says less of was not meant


@dataclass(frozen=True)
class Suggestion:
    """A colour, and how probable it and those like it are.

    Attributes:
        rgb: sRGB, 0..255, at the place's own luminance.
        ab: a* and b* that were meant; ``rgb`` may be duller where sRGB ends.
        share: 0..1.
        picture: number of the picture that speaks most for it; None where a network speaks.
    """

    rgb: tuple[int, int, int]
    ab: tuple[float, float]
    share: float
    picture: int | None = None


def suggest(
    prediction: Prediction, x: float, y: float, *, count: int = 6
) -> tuple[Suggestion, ...]:
    """Name the most probable colours of a place, the best first, none much like another.

    Args:
        prediction: of a network that takes hints.
        x: of the place, 0 at the left edge to 1 at the right.
        y: 0 at the top edge to 1 at the bottom.
        count: at most so many.

    Raises:
        UsageError: the place lies outside, or the network tells no distribution.
    """
    row, column = _pixel(prediction, x, y)
    if prediction.classes is None:
        raise UsageError(
            "suggestions were asked of a model that tells none; expected a model whose card says "
            '"hints": true (see: tomau models info)'
        )
    shares = softmax(prediction.classes[row // CELL, column // CELL])
    groups = _likeliest(shares, ab_bins(), count)
    l = float(prediction.l[row, column])
    return tuple(_at_light(l, ab, share) for ab, share, _ in groups)


def suggest_after(
    prediction: Prediction, pictures: Sequence[Seen], x: float, y: float, *, count: int = 6
) -> tuple[Suggestion, ...]:
    """Name the colours that alike places of other pictures have, the most frequent first.

    A pixel of the pictures counts the more, the more alike what its cell shows and the nearer its
    light to the place's own; transparent ones do not count.

    Args:
        prediction: of a network that tells features.
        pictures: one or more, as the same network sees them; at least one opaque cell in all.
        x: of the place, 0 at the left edge to 1 at the right.
        y: 0 at the top edge to 1 at the bottom.
        count: at most so many.

    Raises:
        UsageError: the place lies outside, or the network tells no features.
    """
    row, column = _pixel(prediction, x, y)
    l = float(prediction.l[row, column])
    bins = len(ab_bins())
    shares = np.zeros((len(pictures), bins))
    sums = np.zeros((bins, 2))
    weights = alike_places(prediction, pictures, row // CELL, column // CELL)
    for number, (seen, cells) in enumerate(zip(pictures, weights, strict=True)):
        height, width = seen.opaque.shape
        counts = cells.repeat(CELL, axis=0).repeat(CELL, axis=1)[:height, :width] * seen.opaque
        counts = counts * np.exp(-np.square((seen.prediction.l - l) / _LIGHT) / 2)
        steps = np.rint(seen.ab / BIN_STEP).astype(np.int64) + len(bin_grid()) // 2
        nearest = bin_grid()[steps[..., 0], steps[..., 1]].ravel()
        shares[number] = np.bincount(nearest, counts.ravel(), bins)
        for k in (0, 1):
            sums[:, k] += np.bincount(nearest, (counts * seen.ab[..., k]).ravel(), bins)
    total = shares.sum(axis=0)
    colors = np.where(total[:, np.newaxis] > 0, sums / np.maximum(total, 1e-30)[:, np.newaxis], 0)
    groups = _likeliest(total / max(float(total.sum()), 1e-30), colors, count, least=_LEAST)
    return tuple(
        _at_light(l, ab, share, int(shares[:, group].sum(axis=1).argmax()))
        for ab, share, group in groups
    )


def _pixel(prediction: Prediction, x: float, y: float) -> tuple[int, int]:
    """Row and column at working size of a place in shares of the sides."""
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise UsageError(f"a place at {x:g}, {y:g} came; expected shares of the sides, 0 to 1")
    height, width = prediction.l.shape
    return min(int(y * height), height - 1), min(int(x * width), width - 1)


def _likeliest(
    shares: NDArray[np.floating], colors: NDArray[np.floating], count: int, *, least: float = 0.0
) -> list[tuple[NDArray[np.floating], float, NDArray[np.bool_]]]:
    """Gather bins into colours, the most frequent first: mean ab, share, which bins.

    Args:
        shares: (bins,), 1 in all.
        colors: (bins, 2), mean ab in each bin.
        count: at most so many.
        least: share below which nothing is named.
    """
    bins = ab_bins()
    near = np.linalg.norm(bins[:, np.newaxis] - bins, axis=2) < _APART
    found: list[tuple[NDArray[np.floating], float, NDArray[np.bool_]]] = []
    while len(found) < count and shares.any():
        group = near[int((near @ shares).argmax())]
        share = float(shares[group].sum())
        if share < least:
            break
        found.append((shares[group] @ colors[group] / share, share, group & (shares > 0)))
        shares = np.where(group, 0, shares)
    return found


def _at_light(
    l: float, ab: NDArray[np.floating], share: float, picture: int | None = None
) -> Suggestion:
    rgb = render_u8(np.full((1, 1), l, np.float32), ab.astype(np.float32).reshape(1, 1, 2))[0, 0]
    red, green, blue = (int(value) for value in rgb)
    return Suggestion((red, green, blue), (float(ab[0]), float(ab[1])), share, picture)
