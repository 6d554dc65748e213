"""Photos for quantization: which ones, and what the network is fed of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from heapq import nsmallest
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from tomau.color import normalize_ab, normalize_l, srgb_to_lab
from tomau.data import HintOptions, find_photos, hint_patches
from tomau.data.sources import Encoded, decode_rgb, read_encoded
from tomau.data.split import key_draw
from tomau.errors import DataError, ImageReadError
from tomau.models.hints import paint_hints
from tomau.runtime.contract import feed

Feed: TypeAlias = dict[str, NDArray[np.float32]]

_LEAST = 4


def calibration_photos(
    path: str, count: int, side: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Choose photos by a hash of their keys and cut their middle square, ``side`` pixels wide.

    Args:
        path: photos as `tomau.data.find_photos` takes them.
        count: photos to calibrate with; a quarter more are held out, to measure on.
        side: of the squares in pixels.

    Returns:
        The photos to calibrate with and those held out, ``[N, side, side, 3]`` uint8 sRGB.

    Raises:
        DataError: fewer than four usable photos.
    """
    squares: list[NDArray[np.uint8]] = []
    wanted = count + max(1, count // 4)
    # A few more are at hand for those that cannot be read.
    for encoded in _chosen(path, wanted * 5 // 4 + 1):
        if len(squares) == wanted:
            break
        try:
            squares.append(_middle_square(decode_rgb(encoded.data), side))
        except ImageReadError:
            continue
    if len(squares) < _LEAST:
        raise DataError(
            f"{len(squares)} usable photos at {path}; expected at least {_LEAST}, better "
            f"{wanted}: name photos like those the model was trained on"
        )
    held = max(1, len(squares) // 5)
    return np.stack(squares[:-held]), np.stack(squares[-held:])


def make_feeds(photos: NDArray[np.uint8], hints: HintOptions | None, *, seed: int) -> list[Feed]:
    """Make one feed of a network's ports for each photo.

    Args:
        photos: ``[N, side, side, 3]`` uint8 sRGB.
        hints: how colour hints of the photos' own colours are simulated; None for networks that
            take none.
        seed: of the hints.
    """
    lab = srgb_to_lab(photos.astype(np.float32) / np.float32(255))
    planes = np.moveaxis(lab, -1, 1)
    l, ab = normalize_l(planes[:, :1]), normalize_ab(planes[:, 1:])
    if hints is None:
        return [feed(row[np.newaxis], None, takes_hints=False) for row in l]
    random = np.random.default_rng(seed)
    patches = hint_patches(len(photos), photos.shape[1], hints, random)
    painted = paint_hints(torch.from_numpy(ab), patches).numpy()
    return [
        feed(row[np.newaxis], marks[np.newaxis], takes_hints=True)
        for row, marks in zip(l, painted, strict=True)
    ]


def compared_feeds(
    photos: NDArray[np.uint8], *, takes_hints: bool, seed: int
) -> dict[str, list[Feed]]:
    """Feeds to compare two networks on: ``automatic``, and ``hinted`` if they take hints."""
    if not takes_hints:
        return {"automatic": make_feeds(photos, None, seed=seed)}
    options = HintOptions()
    return {
        name: make_feeds(photos, replace(options, share=share), seed=seed)
        for name, share in (("automatic", 0.0), ("hinted", 1.0))
    }


def _chosen(path: str, count: int) -> Iterator[Encoded]:
    """The first ``count`` photos in the order of a hash: neighbours in a folder are often alike."""
    source = find_photos(path)
    keys = {file: file.relative_to(source.root).with_suffix("").as_posix() for file in source.files}
    files = nsmallest(count, keys, key=lambda file: key_draw(keys[file]))
    if files:
        source = replace(source, files=tuple(files))
    # Shards have to be read through; no more photos than asked for are kept.
    yield from nsmallest(count, read_encoded(source), key=lambda encoded: key_draw(encoded.key))


def _middle_square(rgb_u8: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    height, width = rgb_u8.shape[:2]
    short = min(height, width)
    left, top = (width - short) // 2, (height - short) // 2
    box = (left, top, left + short, top + short)
    image = Image.fromarray(rgb_u8).resize((side, side), Image.Resampling.BILINEAR, box=box)
    return np.asarray(image)
