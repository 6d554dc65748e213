"""Photos for quantization: which ones, and what the network is fed of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from heapq import nsmallest
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tomau.color import luminance, normalize_l
from tomau.data import find_photos
from tomau.data.sources import Encoded, decode_rgb, read_encoded
from tomau.data.split import key_draw
from tomau.errors import DataError, ImageReadError
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


def make_feeds(photos: NDArray[np.uint8]) -> list[Feed]:
    """Make one feed of a network's ports for each photo of ``[N, side, side, 3]`` uint8 sRGB."""
    return [feed(normalize_l(luminance(photo))[np.newaxis, np.newaxis]) for photo in photos]


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
