"""Places of a photograph and of references that show alike things, as the network sees them.

Two kinds of likeness are told apart. Things of the same sort (another sky, another face) are
those of which the network expects the same colours: how far two distributions over colours
overlap finds them, and they give their mean colour, of which only a share is believed. The very
same thing (another print, the next frame, the same place) is found by the network's features,
then by its light, pixel by pixel, and gives its colours whole.

Sources: matching of deep features by cosine and softmax after He et al., "Deep Exemplar-based
Colorization", SIGGRAPH 2018, and Zhang et al., "Deep Exemplar-based Video Colorization", CVPR
2019, equations (1) to (3). Matching by expected colours, the shares that are believed, and the
second kind are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tomau.edits.likeness import covariance, expected_colors, not_able, softmax
from tomau.edits.spreading import CELL
from tomau.runtime.hints import enlarged, pooled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction

    Floats = NDArray[np.float32]

_FEATURE_STRIDE = 16
_TEMPERATURE = 0.1  # of cosines of features
_OVERLAP, _SORT = 0.125, 0.33  # of overlaps, and of cosines beside them, where a sort is meant
_LIGHT = 16.0  # of L*: things of one sort that differ so much in light are half as alike
_ALIKE, _SAME = 0.3, 0.95  # cosines from which likeness counts, and counts whole
_PATCH, _REACH = 12, 6  # pixels that are compared, and how far around the matched cell
_NOISE = 3.0  # of L*: the same thing in another print or frame differs by less
_SLACK = 2  # pixels by which neighbours of the same thing may move apart
_FEW, _MOST = 3, 5  # neighbours that moved alike: none believed, all believed
_ELSEWHERE = 1e6
_CELLS_AT_ONCE = 256


@dataclass(frozen=True)
class Seen:
    """A reference at working size.

    Attributes:
        prediction: what the network says of its luminance.
        ab: (h, w, 2) float32, its true colours.
        opaque: (h, w), pixels that count.
    """

    prediction: Prediction
    ab: Floats
    opaque: NDArray[np.bool_]


@dataclass(frozen=True)
class Matches:
    """What each cell of a photograph found, its rows and columns flattened.

    Attributes:
        shape: rows and columns of cells.
        ab: (n, 2) float32, mean colour of what is of the same sort.
        spread: (n, 2, 2) float32, covariance of these colours.
        nearest: (n, 2) float32, mean colour of what is the most alike of that sort.
        likeness: (n,) float32, cosine of the best match.
        reference: (n,), which reference holds the best match.
        place: (n, 2), its upper left corner there, in pixels.
    """

    shape: tuple[int, int]
    ab: Floats
    spread: Floats
    nearest: Floats
    likeness: Floats
    reference: NDArray[np.intp]
    place: NDArray[np.intp]


@dataclass(frozen=True)
class _Keys:
    """The cells of references that count, n in all.

    Attributes:
        features: (n, C), as the network sees them.
        expected: (n, bins), as `expected_colors` says.
        l: (n,), mean L*.
        ab: (n, 2), mean true colour.
        reference: (n,), which one holds the cell.
        place: (n, 2), its upper left corner there, in pixels.
    """

    features: Floats
    expected: Floats
    l: Floats
    ab: Floats
    reference: NDArray[np.intp]
    place: NDArray[np.intp]


def match(prediction: Prediction, references: Sequence[Seen]) -> Matches:
    """Find for each cell of a photograph what the references hold of its sort.

    Args:
        prediction: of the photograph, by a network that tells features.
        references: one or more, of which at least one cell is opaque; by the same network.
    """
    ours, our_l, shape = _described(prediction)
    keys = _keys(references)
    ours, features = _centred(ours, keys.features)
    expected = expected_colors(prediction)
    ab = np.empty((len(ours), 2), np.float32)
    nearest = np.empty_like(ab)
    spread = np.empty((len(ours), 2, 2), np.float32)
    best = np.empty(len(ours), np.intp)
    likeness = np.empty(len(ours), np.float32)
    for start in range(0, len(ours), _CELLS_AT_ONCE):
        part = slice(start, start + _CELLS_AT_ONCE)
        cosine = ours[part] @ features.T
        apart = (our_l[part, np.newaxis] - keys.l) / _LIGHT
        logits = cosine / _TEMPERATURE - np.square(apart) / 2
        overlap = expected[part] @ keys.expected.T / _OVERLAP
        weights = softmax(overlap + cosine / _SORT)
        ab[part], spread[part] = weights @ keys.ab, covariance(weights, keys.ab)
        nearest[part] = softmax(overlap + cosine / _TEMPERATURE) @ keys.ab
        best[part] = logits.argmax(axis=1)
        likeness[part] = np.take_along_axis(cosine, best[part, np.newaxis], axis=1)[:, 0]
    return Matches(shape, ab, spread, nearest, likeness, keys.reference[best], keys.place[best])


def alike_places(
    prediction: Prediction, references: Sequence[Seen], row: int, column: int
) -> list[Floats]:
    """Tell how far each cell of references shows what one cell of a photograph shows.

    Alike is what the network both describes alike and expects the same colours of; light does not
    count, nor does what is transparent.

    Args:
        prediction: of the photograph, by a network that tells features.
        references: one or more, of which at least one cell is opaque; by the same network.
        row: of the cell, `CELL` pixels each.
        column: the same.

    Returns:
        Per reference (rows, columns), 1 in all of them together; their cells cover the picture.

    Raises:
        UsageError: the network tells no features.
    """
    ours, _, shape = _described(prediction)
    keys = _keys(references)
    ours, features = _centred(ours, keys.features)
    cell = row * shape[1] + column
    logits = features @ ours[cell] / _SORT
    logits += keys.expected @ expected_colors(prediction)[cell] / _OVERLAP
    weights = softmax(logits)
    found = []
    for number, seen in enumerate(references):
        own = keys.reference == number
        rows, columns = (side * _FEATURE_STRIDE // CELL for side in _sides(seen.prediction))
        plane = np.zeros((rows, columns), np.float32)
        plane[tuple(keys.place[own].T // CELL)] = weights[own]
        found.append(plane)
    return found


def same_things(
    prediction: Prediction, references: Sequence[Seen], matches: Matches
) -> tuple[Floats, Floats]:
    """Look for each cell in its match for the very same thing, pixel by pixel.

    Returns:
        The colours found, (h, w, 2) on the cells' extent, and per cell how surely they are of the
        same thing, 0 to 1, (rows, columns).
    """
    rows, columns = matches.shape
    found = np.zeros((rows * CELL, columns * CELL, 2), np.float32)
    blocks = found.reshape(rows, CELL, columns, CELL, 2).swapaxes(1, 2)
    sure = np.zeros(rows * columns, np.float32)
    moved = np.full((rows * columns, 3), np.inf, np.float32)
    margin = (_PATCH - CELL) // 2
    own = sliding_window_view(_padded(prediction.l, prediction, margin), (_PATCH, _PATCH))
    alike = np.clip((matches.likeness - _ALIKE) / (_SAME - _ALIKE), 0, 1) ** 2
    for number, seen in enumerate(references):
        there = sliding_window_view(
            _padded(seen.prediction.l, seen.prediction, margin + _REACH), (_PATCH, _PATCH)
        )
        color = _padded(seen.ab, seen.prediction, _REACH)
        for cell in np.flatnonzero((matches.reference == number) & (alike > 0)):
            row, column = divmod(int(cell), columns)
            top, left = matches.place[cell]
            around = there[top : top + 2 * _REACH + 1, left : left + 2 * _REACH + 1]
            misses = np.square(around - own[row * CELL, column * CELL]).mean(axis=(2, 3))
            down, right = np.unravel_index(misses.argmin(), misses.shape)
            sure[cell] = alike[cell] * np.exp(-misses[down, right] / (2 * _NOISE**2))
            top, left = top + down, left + right
            blocks[row, column] = color[top : top + CELL, left : left + CELL]
            moved[cell] = top - row * CELL, left - column * CELL, number * _ELSEWHERE
    together = _together(moved.reshape(rows, columns, 3))
    return found, sure.reshape(rows, columns) * together


def cells(planes: Floats, like: Prediction) -> Floats:
    """Mean of each cell, (n, C), of (h, w, C); the last rows and columns go on over whole cells."""
    return pooled(_padded(planes, like), CELL).reshape(-1, planes.shape[2])


def _together(moved: Floats) -> Floats:
    """How many of a cell's neighbours were found beside its own find, 0 (three or less) to 1.

    Flat places look like each other everywhere; only the same thing is found in one piece.
    """
    rows, columns = moved.shape[:2]
    around = np.pad(moved, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    count = np.zeros((rows, columns), np.float32)
    with np.errstate(invalid="ignore"):
        for down, right in np.ndindex(3, 3):
            gap = around[down : down + rows, right : right + columns] - moved
            count += (np.abs(gap) <= _SLACK).all(axis=2)
    inside = np.isfinite(moved[..., 0])
    return np.where(inside, np.clip((count - 1 - _FEW) / (_MOST - _FEW), 0, 1), 0)


def _keys(references: Sequence[Seen]) -> _Keys:
    """Gather the cells of references that lie in the picture and hold no transparent pixel."""
    parts = [_described(seen.prediction) for seen in references]
    counted = np.concatenate([_whole(seen) for seen in references])
    if not counted.any():  # specks only, between them their mean
        counted = np.concatenate([_whole(replace(s, opaque=s.opaque | True)) for s in references])
    gathered = (
        [part[0] for part in parts],
        [expected_colors(seen.prediction) for seen in references],
        [part[1] for part in parts],
        [cells(seen.ab, seen.prediction) for seen in references],
        [np.full(len(part[1]), number) for number, part in enumerate(parts)],
        [_corners(part[2]) for part in parts],
    )
    return _Keys(*(np.concatenate(arrays)[counted] for arrays in gathered))


def _centred(ours: Floats, keys: Floats) -> tuple[Floats, Floats]:
    """Unit vectors without what all have in common, which tells nothing apart."""
    mean = np.concatenate((ours, keys)).mean(axis=0)
    return _unit(ours - mean), _unit(keys - mean)


def _described(prediction: Prediction) -> tuple[Floats, Floats, tuple[int, int]]:
    """Features (n, C) and mean L* (n,) of the cells of a picture, and their rows and columns."""
    if prediction.features is None:
        raise not_able()
    share = _FEATURE_STRIDE // CELL
    shape = (prediction.features.shape[0] * share, prediction.features.shape[1] * share)
    described = enlarged(prediction.features, shape).reshape(shape[0] * shape[1], -1)
    return described, cells(prediction.l[..., np.newaxis], prediction)[:, 0], shape


def _padded(plane: Floats, like: Prediction, margin: int = 0) -> Floats:
    """Continue (h, w) or (h, w, C) over the whole cells of a prediction, and a margin around."""
    height, width = like.l.shape
    rows, columns = (side * _FEATURE_STRIDE for side in _sides(like))
    border = [(margin, rows - height + margin), (margin, columns - width + margin)]
    return np.pad(plane, border + [(0, 0)] * (plane.ndim - 2), mode="edge")


def _sides(prediction: Prediction) -> tuple[int, ...]:
    return () if prediction.features is None else prediction.features.shape[:2]


def _whole(seen: Seen) -> NDArray[np.bool_]:
    """Cells that lie in the picture and hold no transparent pixel."""
    height, width = seen.opaque.shape
    rows, columns = (side * _FEATURE_STRIDE for side in _sides(seen.prediction))
    inside = np.zeros((rows, columns, 1), np.float32)
    inside[:height, :width, 0] = seen.opaque
    return pooled(inside, CELL).ravel() > 1 - 1e-6


def _corners(shape: tuple[int, int]) -> NDArray[np.intp]:
    return np.indices(shape).reshape(2, -1).T * CELL


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return unit
