"""Deterministic choices of photos: a photo's key alone decides where it belongs."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection
from pathlib import Path

import numpy as np

from tomau.data.pack import Pack
from tomau.errors import DataError


def split_pack(pack: Pack, validation: float) -> tuple[Pack, Pack]:
    """Split a pack into training and validation photos.

    The share is drawn from a hash of each key, so that adding photos moves none of the others.

    Args:
        pack: all photos.
        validation: share of photos for validation, 0..1.

    Returns:
        The training pack and the validation pack.
    """
    draws = np.array([key_draw(key) for key in pack.keys])
    return (
        pack.subset(np.flatnonzero(draws >= validation)),
        pack.subset(np.flatnonzero(draws < validation)),
    )


def first_photos(pack: Pack, count: int) -> Pack:
    """Choose ``count`` photos by a hash of their keys; a larger count only adds photos.

    Raises:
        DataError: there are fewer.
    """
    if count > len(pack):
        raise DataError(f"{count} photos are asked for; {len(pack)} came: lower data.limit")
    order = np.argsort([key_draw(key) for key in pack.keys], kind="stable")
    return pack.subset(np.sort(order[:count]))


def from_sources(pack: Pack, index: Path, sources: Collection[str]) -> Pack:
    """Choose the photos that a CSV file says come from some sources.

    Args:
        pack: all photos.
        index: CSV with the columns ``key`` (the last part of a photo's key) and ``source``.
        sources: names of sources; one ending in ``*`` stands for all that begin so.

    Raises:
        DataError: the file cannot be used, a source is unknown, or no photo is left.
    """
    try:
        with index.open(newline="", encoding="utf-8") as stream:
            origin = {row["key"]: row["source"] for row in csv.DictReader(stream)}
    except (OSError, KeyError, csv.Error) as error:
        raise DataError(
            f"{index} cannot be used ({error}); expected a CSV file with columns key and source"
        ) from error
    known = set(origin.values())
    wanted = {name for name in known for pattern in sources if _fits(name, pattern)}
    unknown = [p for p in sources if not any(_fits(name, p) for name in known)]
    if unknown:
        raise DataError(f"no source in {index} is called {unknown[0]!r}; see its column source")
    chosen = [i for i, key in enumerate(pack.keys) if origin.get(key.rpartition("/")[2]) in wanted]
    if not chosen:
        raise DataError(f"no photo comes from {', '.join(sources)}; check the keys in {index}")
    return pack.subset(np.array(chosen, dtype=np.int64))


def _fits(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def key_draw(key: str) -> float:
    """Return a number in 0..1 that a photo's key alone decides, as if drawn at random."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
