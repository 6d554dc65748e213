"""How alike two places are to a network: how far the colours that it expects of them overlap.

The measure is Bhattacharyya's coefficient (1943) of two distributions over colours: 1 where they
are the same, 0 where they have no colour in common. That it is used for likeness is ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.color.bins import ab_bins
from tomau.edits.spreading import CELL
from tomau.errors import UsageError
from tomau.runtime.hints import enlarged, pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction

    Floats = NDArray[np.float32]


def expected_colors(prediction: Prediction) -> Floats:
    """Roots of the shares that each colour has, cell by cell: (n, bins), unit vectors.

    The product of two rows is their overlap.

    Raises:
        UsageError: the network tells no distribution.
    """
    classes = _classes(prediction)
    logits = classes.reshape(-1, classes.shape[2])
    roots = np.exp((logits - logits.max(axis=1, keepdims=True)) / 2)
    unit: Floats = roots / np.linalg.norm(roots, axis=1, keepdims=True)
    return unit


def doubt(prediction: Prediction) -> Floats:
    """Covariance of the colours that a network expects, cell by cell: (n, 2, 2), in squares of ab.

    Raises:
        UsageError: the network tells no distribution.
    """
    classes = _classes(prediction)
    return covariance(softmax(classes.reshape(-1, classes.shape[2])), ab_bins())


def softmax(logits: Floats) -> Floats:
    """Shares of logits along the last axis, 1 in all."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def covariance(weights: Floats, colors: Floats) -> Floats:
    """Covariance (n, 2, 2) of colours (m, 2), each by its n weights (n, m), 1 in all."""
    mean = weights @ colors
    products = colors[:, :, np.newaxis] * colors[:, np.newaxis]
    square = (weights @ products.reshape(-1, 4)).reshape(-1, 2, 2)
    spread: Floats = square - mean[:, :, np.newaxis] * mean[:, np.newaxis]
    return spread


def bounds(prediction: Prediction, marked: NDArray[np.bool_], width: float) -> Floats:
    """Tell how far a change at marked pixels belongs to every other one.

    Args:
        prediction: of a network that tells a distribution.
        marked: (h, w), at least one pixel set.
        width: the overlap with the most alike marked cell that lacks to 1 at which the answer
            falls to 1/e.

    Returns:
        (h, w, 1), 0 to 1; 1 at marked cells.

    Raises:
        UsageError: the network tells no distribution.
    """
    colors, shape = expected_colors(prediction), _classes(prediction).shape[:2]
    height, columns = marked.shape
    cells = np.zeros((shape[0] * CELL, shape[1] * CELL, 1), np.float32)
    cells[:height, :columns, 0] = marked
    hinted = pooled(cells, CELL).ravel() > 0
    overlap = (colors @ colors[hinted].T).max(axis=1)
    share = np.exp((overlap - 1) / np.float32(width)).reshape(*shape, 1)
    return enlarged(share, cells.shape)[:height, :columns]


def _classes(prediction: Prediction) -> Floats:
    if prediction.classes is None:
        raise not_able()
    return prediction.classes


def not_able() -> UsageError:
    """Say that a model cannot match pictures."""
    return UsageError(
        "pictures were to be matched by a model that tells no features; expected a model "
        'whose card says "hints": true (see: tomau models info)'
    )
