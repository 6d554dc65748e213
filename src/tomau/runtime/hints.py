"""Colour hints at run time: what the network said of a picture, corrected by what a person says.

The method, and the torch twin that training uses, are in `tomau.models.hints`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

GUIDE_STRIDE, HINT_STRIDE = 4, 8
_LOGITS_AT_ONCE = 1 << 19  # 2 MB of them, which caches hold


def spread_hints(
    ab: NDArray[np.float32], guide: NDArray[np.float32], hints: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Correct ab by the hints along the guide.

    Args:
        ab: (H, W, 2), as without hints; H and W are multiples of 8.
        guide: (H/4, W/4, C): C - 2 planes of embedding, own colour, nearness.
        hints: (H, W, 3): ab times the mask in the unit of ``ab``, and the mask, 0 to 1: how far
            a hint is to be trusted.

    Returns:
        (H, W, 2); unchanged where no hint reaches.
    """
    mask = hints[..., 2:]
    share = pooled(mask, HINT_STRIDE)
    marked = share[..., 0] > 0
    if not marked.any():
        return ab
    known = share[marked]
    missing = pooled(hints[..., :2] - ab * mask, HINT_STRIDE)[marked] / known
    height, width = guide.shape[:2]
    places = np.indices((height, width)).transpose(1, 2, 0).astype(np.float32) / max(height, width)
    described = np.concatenate((guide[..., :-2], places), axis=2)
    fine = pooled(mask, GUIDE_STRIDE)
    keys = pooled(described * fine, HINT_STRIDE // GUIDE_STRIDE)[marked] / known
    sure = np.log(_cells(mask, HINT_STRIDE).max(axis=(1, 3))[marked])
    queries = np.concatenate((described, guide[..., -2:]), axis=2).reshape(height * width, -1)
    correction = np.empty((height * width, 2), np.float32)
    step = max(1, _LOGITS_AT_ONCE // len(keys))
    for start in range(0, len(queries), step):
        part = slice(start, start + step)
        correction[part] = _attended(queries[part], keys, missing, sure[:, 0])
    return ab + enlarged(correction.reshape(height, width, 2), ab.shape[:2])


def _attended(
    queries: NDArray[np.float32],
    keys: NDArray[np.float32],
    missing: NDArray[np.float32],
    sure: NDArray[np.float32],
) -> NDArray[np.float32]:
    """What each query takes: rows of embedding, place, own, nearness; keys without the last two."""
    embedding, places, own, nearness = np.split(queries, (-4, -2, -1), axis=1)
    key, key_places = np.split(keys, (-2,), axis=1)
    # embedding . key - nearness * |place - key_place|^2 + sure, as one product of matrices.
    squares = np.square(places).sum(1, keepdims=True)
    ones = np.ones_like(own)
    query = np.hstack((embedding, 2 * nearness * places, -nearness, -nearness * squares, ones))
    far = np.square(key_places).sum(1, keepdims=True)
    wanted = np.hstack((key, key_places, far, np.ones_like(far), sure[:, np.newaxis]))
    logits = query @ wanted.T
    top = np.maximum(logits.max(1, keepdims=True), own)
    logits -= top
    weights = np.exp(logits, out=logits)
    taken: NDArray[np.float32] = weights / (weights.sum(1, keepdims=True) + np.exp(own - top))
    return taken @ missing


def pooled(planes: NDArray[np.float32], stride: int) -> NDArray[np.float32]:
    """Return the mean of each ``stride`` x ``stride`` cell of (H, W, C)."""
    means: NDArray[np.float32] = _cells(planes, stride).mean(axis=(1, 3))
    return means


def _cells(planes: NDArray[np.float32], stride: int) -> NDArray[np.float32]:
    """View (H, W, C) as (H/stride, stride, W/stride, stride, C)."""
    height, width, channels = planes.shape
    return planes.reshape(height // stride, stride, width // stride, stride, channels)


def enlarged(planes: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return (h, w, C) at a larger size, bilinear between the centres of cells."""
    size = (shape[1], shape[0])
    images = (Image.fromarray(planes[..., k]) for k in range(planes.shape[2]))
    large = (np.asarray(image.resize(size, Image.Resampling.BILINEAR)) for image in images)
    return np.stack([*large], axis=2)
