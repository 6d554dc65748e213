"""Batches as a pure function of their number: crop, flip, nothing to remember.

Because batch ``n`` depends on the seed and ``n`` alone, an interrupted run goes on to the same
curve, and each process of a distributed run takes its own rows without talking to the others.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tomau.data.pack import Pack, resized


@dataclass(frozen=True)
class CropOptions:
    """Random resized crop and flip.

    Attributes:
        size: side of the square crop in pixels.
        min_scale: least share of the photo's short side that a crop takes; the most is all.
        flip: mirror every other crop at random.
    """

    size: int
    min_scale: float = 0.6
    flip: bool = True


@dataclass(frozen=True)
class BatchPlan:
    """Which photos make batch ``n``: a fresh permutation for each epoch, split over ranks."""

    photos: int
    batch: int
    seed: int
    rank: int = 0
    world: int = 1

    @property
    def per_epoch(self) -> int:
        """Batches (over all ranks together) in an epoch; the last, short one is left out."""
        return max(1, self.photos // self.batch)

    def indices(self, number: int) -> NDArray[np.int64]:
        """Return this rank's photo indices of batch ``number``."""
        epoch, position = divmod(number, self.per_epoch)
        order = np.random.default_rng((self.seed, epoch)).permutation(self.photos)
        whole = np.resize(order[position * self.batch : (position + 1) * self.batch], self.batch)
        return whole[self.rank :: self.world]


@dataclass(frozen=True)
class CropBox:
    """A square of photo ``index``: its top left corner and side in pixels; mirrored or not."""

    index: int
    top: int
    left: int
    side: int
    mirrored: bool


def crop_boxes(pack: Pack, plan: BatchPlan, crop: CropOptions, number: int) -> list[CropBox]:
    """Draw the crops of batch ``number``."""
    random = np.random.default_rng((plan.seed, number, plan.rank, 1))
    return [_draw_box(pack, int(index), crop, random) for index in plan.indices(number)]


def _draw_box(pack: Pack, index: int, crop: CropOptions, random: np.random.Generator) -> CropBox:
    height, width = pack.shapes[index]
    side = round(min(height, width) * random.uniform(crop.min_scale, 1.0))
    # Reducing is free of invention, enlarging is not: small crops are taken larger if they can.
    side = int(min(max(side, crop.size), height, width))
    top = int(random.integers(height - side + 1))
    left = int(random.integers(width - side + 1))
    return CropBox(index, top, left, side, crop.flip and random.random() < 0.5)


def make_batch(pack: Pack, plan: BatchPlan, crop: CropOptions, number: int) -> NDArray[np.uint8]:
    """Return batch ``number`` as ``[N, size, size, C]`` uint8."""
    boxes = crop_boxes(pack, plan, crop, number)
    return np.stack([cut(pack.photo(box.index), box, crop.size) for box in boxes])


def cut(photo_u8: NDArray[np.uint8], box: CropBox, size: int) -> NDArray[np.uint8]:
    """Cut a box out of HxWxC and bring it to ``size`` by Pillow's antialiased bilinear filter."""
    piece = photo_u8[box.top : box.top + box.side, box.left : box.left + box.side]
    if box.side != size:
        piece = resized(piece, (size, size), Image.Resampling.BILINEAR)
    return piece[:, ::-1] if box.mirrored else piece


def prefetch(
    pack: Pack, plan: BatchPlan, crop: CropOptions, start: int, stop: int, *, ahead: int = 4
) -> Iterator[NDArray[np.uint8]]:
    """Yield batches ``start`` to ``stop - 1``, made by a thread that stays ``ahead`` of the use.

    Raises:
        Exception: whatever the making of a batch raised, raised again where it is used.
    """
    ready: queue.Queue[NDArray[np.uint8] | BaseException] = queue.Queue(ahead)
    stopped = threading.Event()

    def put(item: NDArray[np.uint8] | BaseException) -> None:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.1)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for number in range(start, stop):
                if stopped.is_set():
                    return
                put(make_batch(pack, plan, crop, number))
        except BaseException as error:  # handed to the consumer, which raises it
            put(error)

    thread = threading.Thread(target=work, name="batches", daemon=True)
    thread.start()
    try:
        for _ in range(start, stop):
            item = ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()
