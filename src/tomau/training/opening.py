"""From a configuration to the task it names: photos found, packed, chosen and split."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path

from tomau.data import (
    PackOptions,
    PairShape,
    first_photos,
    from_sources,
    open_pack,
    open_pairs,
    split_pack,
)
from tomau.data.pack import Pack
from tomau.errors import DataError, UsageError
from tomau.training.colorization import Colorization
from tomau.training.config import DataConfig, TrainConfig
from tomau.training.logbook import Observer
from tomau.training.task import Task
from tomau.training.translation import Translation


def open_task(config: TrainConfig, observer: Observer) -> Task:
    """Open the photos of a run; they are decoded once, into the cache.

    Raises:
        DataError: the photos cannot be used.
        UsageError: sources are named without an index.
    """
    data = config.data
    if data.targets is not None:
        side = config.phases[-1].crop
        return _open_translation(data, data.targets, side, observer)
    everything = _open_photos(data.photos, data, observer)
    held_out = None if data.validation is None else _open_photos(data.validation, data, observer)
    return Colorization(*_divided(everything, held_out, data, observer), data.validation_limit)


def _open_photos(path: str, data: DataConfig, observer: Observer) -> Pack:
    options = PackOptions(data.short_side, data.min_chroma)
    pack = open_pack(path, _cache(data), options, progress=observer.packing)
    observer.message(f"{path}: {len(pack)} photos, {len(pack.left_out)} left out")
    return pack


def _open_translation(data: DataConfig, targets: str, side: int, observer: Observer) -> Translation:
    everything, shape = _open_pairs(data.photos, targets, data, observer)
    held_out = None
    if data.validation is not None and data.validation_targets is not None:
        held_out, other = _open_pairs(data.validation, data.validation_targets, data, observer)
        if other != shape:
            raise DataError(
                f"the validation pairs have {other.inputs} channels to {other.outputs}; expected "
                f"{shape.inputs} to {shape.outputs}, as the training pairs have"
            )
    train, held_out = _divided(everything, held_out, data, observer)
    return Translation(train, held_out, shape, limit=data.validation_limit, side=side)


def _open_pairs(
    inputs: str, targets: str, data: DataConfig, observer: Observer
) -> tuple[Pack, PairShape]:
    pack, shape = open_pairs(
        inputs, targets, _cache(data), short_side=data.short_side, progress=observer.packing
    )
    left_out = f"{len(pack.left_out)} left out"
    if pack.left_out:
        left_out += f" (the first, {': '.join(next(iter(pack.left_out.items())))})"
    observer.message(
        f"{inputs} and {targets}: {len(pack)} pairs, {shape.inputs} channels to {shape.outputs}, "
        f"{left_out}"
    )
    return pack, shape


def _cache(data: DataConfig) -> Path:
    return data.cache or user_cache_path("tomau") / "packs"


def _divided(
    everything: Pack, held_out: Pack | None, data: DataConfig, observer: Observer
) -> tuple[Pack, Pack]:
    """Choose what is trained on and what is held out.

    Raises:
        DataError: nothing is left for one of the two.
    """
    train = everything
    if held_out is None:
        train, held_out = split_pack(everything, data.validation_share)
    if not len(train) or not len(held_out):
        raise DataError(
            f"{len(everything)} photos came, {len(held_out)} of them for validation; expected some "
            "on either side: change data.validation_share or name data.validation"
        )
    train = _chosen(train, data)
    if len(train) < len(everything):
        observer.message(f"training on {len(train)} of {len(everything)} photos")
    return train, held_out


def _chosen(pack: Pack, data: DataConfig) -> Pack:
    if data.sources:
        if data.index is None:
            raise UsageError("data.sources came without data.index; expected the CSV of sources")
        pack = from_sources(pack, data.index, data.sources)
    return pack if data.limit is None else first_photos(pack, data.limit)
