"""Photo folders and tar shards to batches; knows no network and needs no torch."""

from tomau.data.batches import BatchPlan, CropOptions, make_batch, prefetch, random_crop
from tomau.data.pack import Pack, PackOptions, open_pack
from tomau.data.sources import find_photos, iter_photos
from tomau.data.split import split_pack

__all__ = [
    "BatchPlan",
    "CropOptions",
    "Pack",
    "PackOptions",
    "find_photos",
    "iter_photos",
    "make_batch",
    "open_pack",
    "prefetch",
    "random_crop",
    "split_pack",
]
