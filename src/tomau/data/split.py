"""A deterministic split: a photo's key alone decides where it belongs."""

from __future__ import annotations

import hashlib

import numpy as np

from tomau.data.pack import Pack


def split_pack(pack: Pack, validation: float) -> tuple[Pack, Pack]:
    """Split a pack into training and validation photos.

    The share is drawn from a hash of each key, so that adding photos moves none of the others.

    Args:
        pack: all photos.
        validation: share of photos for validation, 0..1.

    Returns:
        The training pack and the validation pack.
    """
    draws = np.array([_draw(key) for key in pack.keys])
    return (
        pack.subset(np.flatnonzero(draws >= validation)),
        pack.subset(np.flatnonzero(draws < validation)),
    )


def _draw(key: str) -> float:
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
