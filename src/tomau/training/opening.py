"""From a configuration to the task it names: photos found, packed, chosen and split."""

from __future__ import annotations

from platformdirs import user_cache_path

from tomau.data import PackOptions, first_photos, from_sources, open_pack, split_pack
from tomau.data.pack import Pack
from tomau.errors import UsageError
from tomau.training.colorization import Colorization
from tomau.training.config import DataConfig, TrainConfig
from tomau.training.logbook import Observer
from tomau.training.task import Task


def open_task(config: TrainConfig, observer: Observer) -> Task:
    """Open the photos of a run; they are decoded once, into the cache.

    Raises:
        DataError: the photos cannot be used.
        UsageError: sources are named without an index.
    """
    data = config.data

    def opened(path: str) -> Pack:
        pack = open_pack(
            path,
            data.cache or user_cache_path("tomau") / "packs",
            PackOptions(data.short_side, data.min_chroma),
            progress=observer.packing,
        )
        observer.message(f"{path}: {len(pack)} photos, {len(pack.left_out)} left out")
        return pack

    everything = opened(data.photos)
    if data.validation is not None:
        train, held_out = everything, opened(data.validation)
    else:
        train, held_out = split_pack(everything, data.validation_share)
    train = _chosen(train, data)
    if len(train) < len(everything):
        observer.message(f"training on {len(train)} of {len(everything)} photos")
    return Colorization(train, held_out, data.validation_limit)


def _chosen(pack: Pack, data: DataConfig) -> Pack:
    if data.sources:
        if data.index is None:
            raise UsageError("data.sources came without data.index; expected the CSV of sources")
        pack = from_sources(pack, data.index, data.sources)
    return pack if data.limit is None else first_photos(pack, data.limit)
