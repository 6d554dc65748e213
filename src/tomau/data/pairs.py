"""Pictures of two folder trees in pairs: what a translation is given, and what it should answer.

A pair lies in a pack as one picture: the channels of the input, then those of the target.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tomau.data.pack import Job, Layers, Pack, reduced, store, too_small
from tomau.data.sources import SUFFIXES, PhotoSource
from tomau.errors import DataError, ImageReadError
from tomau.imaging import read_picture

_FORMAT = 1
_ARRAY = ".npy"


@dataclass(frozen=True)
class PairShape:
    """How many channels the inputs of a pack of pairs have, and its targets."""

    inputs: int
    outputs: int


def open_pairs(
    inputs: str | Path,
    targets: str | Path,
    cache: Path,
    *,
    short_side: int = 256,
    min_side: int = 64,
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
) -> tuple[Pack, PairShape]:
    """Open the pack of pairs of two folder trees, made first if the cache does not hold it.

    Two pictures are a pair if their paths are equal but for the suffix. Gray pictures have one
    channel, others three; transparency is dropped. Of arrays in ``.npy`` files, uint8 HxW or
    HxWxC, every channel counts. Pairs of the channels that most pairs have are kept.

    Args:
        inputs: folder of the inputs, at any depth.
        targets: folder of the targets.
        cache: folder for packs.
        short_side: larger pairs are reduced to this short side in pixels.
        min_side: pairs with a smaller short side are left out.
        threads: decoding threads.
        progress: called with the count of pairs decoded so far.

    Returns:
        The pack, whose ``left_out`` also names the pictures without a partner, and its channels.

    Raises:
        DataError: a folder is missing or empty, or no pair can be used.
    """
    sources = _tree(inputs), _tree(targets)
    pairs, left_out = _match(*(_by_key(source) for source in sources))
    if not pairs:
        first, other = (source.fingerprint()[0][0] for source in sources)
        raise DataError(
            f"no picture under {inputs} has a partner under {targets}; expected equal paths but "
            f"for the suffix: {first} came, and {other}"
        )
    trees = [[str(source.root.resolve()), source.fingerprint()] for source in sources]
    stored = store(
        cache,
        ["pairs", _FORMAT, *trees, short_side, min_side],
        _jobs(pairs, short_side, min_side),
        threads=threads,
        progress=progress,
    )
    if not stored.keys:
        raise DataError(
            f"none of the {len(pairs)} pairs of {inputs} and {targets} can be used; first reason: "
            f"{next(iter(stored.left_out.values()))}"
        )
    usual = Counter(stored.layers).most_common(1)[0][0]
    odd = {
        key: f"channels {_arrow(own)}; most pairs have {_arrow(usual)}"
        for key, own in zip(stored.keys, stored.layers, strict=True)
        if own != usual
    }
    pack = replace(stored.pack(usual), left_out=left_out | stored.left_out | odd)
    return pack, PairShape(*usual)


def _tree(path: str | Path) -> PhotoSource:
    """Find the pictures and arrays under a folder."""
    root = Path(path)
    if not root.is_dir():
        raise DataError(f"no folder at {path}; pairs are read from two folders of pictures")
    kinds = SUFFIXES | {_ARRAY}
    files = tuple(sorted(file for file in root.rglob("*") if file.suffix.lower() in kinds))
    if not files:
        raise DataError(f"no pictures under {path}; expected {', '.join(sorted(kinds))}")
    return PhotoSource(root, files=files)


def _by_key(source: PhotoSource) -> dict[str, list[Path]]:
    """Gather a tree's files by their paths without the suffix."""
    gathered: dict[str, list[Path]] = {}
    for file in source.files:
        key = file.relative_to(source.root).with_suffix("").as_posix()
        gathered.setdefault(key, []).append(file)
    return gathered


def _match(
    inputs: Mapping[str, list[Path]], targets: Mapping[str, list[Path]]
) -> tuple[dict[str, tuple[Path, Path]], dict[str, str]]:
    """Bring partners together; tell of the others why they have none."""
    pairs, left_out = {}, {}
    for key in sorted(inputs.keys() | targets.keys()):
        files = [*inputs.get(key, ()), *targets.get(key, ())]
        if key not in targets:
            left_out[key] = "an input without a target"
        elif key not in inputs:
            left_out[key] = "a target without an input"
        elif len(files) > 2:
            names = ", ".join(file.name for file in files)
            left_out[key] = f"one input and one target are expected of a name; {names} came"
        else:
            pairs[key] = (files[0], files[1])
    return pairs, left_out


def _jobs(pairs: Mapping[str, tuple[Path, Path]], short_side: int, min_side: int) -> Iterator[Job]:
    return ((key, partial(_prepare, *files, short_side, min_side)) for key, files in pairs.items())


def _prepare(input_file: Path, target_file: Path, short_side: int, min_side: int) -> Layers | str:
    """Decode, check and reduce one pair; a string is the reason to leave it out."""
    try:
        pair = (_decode(input_file), _decode(target_file))
    except ImageReadError as error:
        return str(error)
    sizes = [f"{pixels.shape[1]}x{pixels.shape[0]}" for pixels in pair]
    if sizes[0] != sizes[1]:
        return f"the input is {sizes[0]} and the target {sizes[1]}; expected equal sizes"
    problem = too_small(pair[0], min_side)
    if problem is not None:
        return problem
    return tuple(reduced(pixels, short_side) for pixels in pair)


def _decode(file: Path) -> NDArray[np.uint8]:
    """Decode a picture or an array to HxWxC uint8.

    Raises:
        ImageReadError: it cannot be read.
    """
    pixels = _decode_array(file) if file.suffix.lower() == _ARRAY else read_picture(file).pixels_u8
    return pixels if pixels.ndim == 3 else pixels[..., np.newaxis]


def _decode_array(file: Path) -> NDArray[np.uint8]:
    try:
        with file.open("rb") as stream:
            array = np.lib.format.read_array(stream, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ImageReadError(f"{file}: no whole array of numbers ({error})") from error
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or 0 in array.shape:
        raise ImageReadError(
            f"{file}: {array.dtype} of shape {array.shape} came; expected uint8 of shape (H, W) "
            "or (H, W, C)"
        )
    pixels: NDArray[np.uint8] = array
    return pixels


def _arrow(layers: tuple[int, ...]) -> str:
    return " to ".join(map(str, layers))
