"""Photo folders and tar shards to batches; knows no network and needs no torch."""

from tomau.data.batches import (
    BatchPlan,
    CropBox,
    CropOptions,
    crop_boxes,
    make_batch,
    prefetch,
)
from tomau.data.hints import HintOptions, hint_patches
from tomau.data.pack import Pack, PackOptions, open_pack
from tomau.data.pairs import PairShape, open_pairs
from tomau.data.sources import find_photos, iter_photos
from tomau.data.split import first_photos, from_sources, split_pack

__all__ = [
    "BatchPlan",
    "CropBox",
    "CropOptions",
    "HintOptions",
    "Pack",
    "PackOptions",
    "PairShape",
    "crop_boxes",
    "find_photos",
    "first_photos",
    "from_sources",
    "hint_patches",
    "iter_photos",
    "make_batch",
    "open_pack",
    "open_pairs",
    "prefetch",
    "split_pack",
]
