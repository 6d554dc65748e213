"""Photos decoded once into one flat file that training reads through a memory map.

Decoding costs a hundred times what cropping costs. A pack holds every usable photo as uint8
sRGB at a common short side, so that each batch is a pure function of its number and no loader
process is needed: a crop is a copy out of the page cache.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tomau.color import srgb_to_lab
from tomau.data.sources import decode_rgb, find_photos, read_encoded
from tomau.errors import DataError, ImageReadError

_FORMAT = 1
_IN_FLIGHT = 64
_RGB = (3,)

Layers: TypeAlias = tuple[NDArray[np.uint8], ...]
"""Pictures of one size, HxWxC each, that lie on one another in a pack."""

Job: TypeAlias = tuple[str, Callable[[], Layers | str]]
"""A key and the work that makes its layers; a string is the reason to leave it out."""


@dataclass(frozen=True)
class PackOptions:
    """How photos enter a pack.

    Attributes:
        short_side: larger photos are reduced to this short side in pixels, aspect kept.
        min_chroma: photos whose mean chroma (CIE C*) lies below are left out as near-gray.
        min_side: photos with a smaller short side are left out.
    """

    short_side: int = 256
    min_chroma: float = 5.0
    min_side: int = 64


@dataclass(frozen=True)
class Pack:
    """A memory-mapped set of photos.

    Attributes:
        keys: one name per photo.
        shapes: ``[N, 2]`` int64, height and width.
        offsets: ``[N]`` int64, first byte of each photo in ``pixels``.
        pixels: the flat uint8 memory map.
        left_out: key -> reason, for photos that are broken, near-gray or too small.
        channels: bytes per pixel; 3 is sRGB, other counts are pictures laid on one another.
    """

    keys: tuple[str, ...]
    shapes: NDArray[np.int64]
    offsets: NDArray[np.int64]
    pixels: NDArray[np.uint8]
    left_out: dict[str, str]
    channels: int = 3

    def __len__(self) -> int:
        return len(self.keys)

    def photo(self, index: int) -> NDArray[np.uint8]:
        """Return photo ``index`` as a view, HxWxC uint8."""
        height, width = self.shapes[index]
        start = self.offsets[index]
        end = start + height * width * self.channels
        return self.pixels[start:end].reshape(height, width, self.channels)

    def subset(self, indices: NDArray[np.int64]) -> Pack:
        """Return the photos at ``indices`` on the same memory map."""
        return replace(
            self,
            keys=tuple(self.keys[index] for index in indices),
            shapes=self.shapes[indices],
            offsets=self.offsets[indices],
        )


def open_pack(
    path: str | Path,
    cache: Path,
    options: PackOptions,
    *,
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
) -> Pack:
    """Open the pack of the photos at ``path``, made first if the cache does not hold it.

    Args:
        path: photos as `find_photos` takes them.
        cache: folder for packs; each takes about 0.25 MB per photo at a short side of 256.
        options: reduction and filters; other options make another pack.
        threads: decoding threads.
        progress: called with the count of photos decoded so far.

    Raises:
        DataError: nothing usable at ``path``.
    """
    source = find_photos(path)
    identity = [_FORMAT, str(source.root.resolve()), source.fingerprint(), asdict(options)]
    jobs = (
        (encoded.key, partial(_prepare, encoded.data, options)) for encoded in read_encoded(source)
    )
    stored = store(cache, identity, jobs, threads=threads, progress=progress)
    if not stored.keys:
        raise DataError(
            f"none of the {len(stored.left_out)} photos at {path} can be used; first reason: "
            f"{next(iter(stored.left_out.values()))}"
        )
    return stored.pack(_RGB)


@dataclass(frozen=True)
class Stored:
    """A pack as it lies in its folder, where photos may differ in their layers.

    Attributes:
        folder: where it lies.
        keys: one name per photo.
        shapes: ``[N, 2]`` int64, height and width.
        layers: channels of each layer of each photo.
        left_out: key -> reason.
    """

    folder: Path
    keys: tuple[str, ...]
    shapes: NDArray[np.int64]
    layers: tuple[tuple[int, ...], ...]
    left_out: dict[str, str]

    def pack(self, layers: tuple[int, ...]) -> Pack:
        """Return the photos of these layers."""
        channels = np.array([sum(own) for own in self.layers], dtype=np.int64)
        ends = np.cumsum(self.shapes.prod(axis=1) * channels)
        offsets = np.concatenate(([0], ends[:-1])).astype(np.int64)
        pixels = np.memmap(self.folder / "photos.u8", dtype=np.uint8, mode="r")
        pack = Pack(self.keys, self.shapes, offsets, pixels, self.left_out, sum(layers))
        return pack.subset(np.flatnonzero([own == layers for own in self.layers]))


def store(
    cache: Path,
    identity: list[Any],
    jobs: Iterable[Job],
    *,
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
) -> Stored:
    """Open what ``identity`` names in the cache; only if it is not there, do the jobs.

    Args:
        cache: folder for packs.
        identity: everything that the pixels depend on, as JSON takes it.
        jobs: drawn from only as they are done.
        threads: that do the jobs.
        progress: called with the count of jobs done so far.
    """
    folder = cache / hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    if not (folder / "index.json").is_file():
        _build(_do_all(jobs, threads), folder, progress)
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    keys = tuple(index["keys"])
    shapes = np.array(index["shapes"], dtype=np.int64).reshape(-1, 2)
    # Indices from before there were pairs tell no layers.
    layers = tuple(map(tuple, index["layers"])) if "layers" in index else (_RGB,) * len(keys)
    return Stored(folder, keys, shapes, layers, index["left_out"])


def _build(
    results: Iterable[tuple[str, Layers | str]],
    folder: Path,
    progress: Callable[[int], None] | None,
) -> None:
    """Write pixels first and the index last, so that a pack with an index is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    index: dict[str, Any] = {"keys": [], "shapes": [], "layers": [], "left_out": {}}
    with (folder / "photos.u8").open("wb") as stream:
        for count, (key, result) in enumerate(results, start=1):
            if isinstance(result, str):
                index["left_out"][key] = result
            else:
                index["keys"].append(key)
                index["shapes"].append(result[0].shape[:2])
                index["layers"].append([layer.shape[2] for layer in result])
                stream.write(np.concatenate(result, axis=2).tobytes())
            if progress is not None:
                progress(count)
    temporary = folder / "index.json.part"
    temporary.write_text(json.dumps(index), encoding="utf-8")
    temporary.replace(folder / "index.json")


def _do_all(jobs: Iterable[Job], threads: int) -> Iterator[tuple[str, Layers | str]]:
    """Do jobs on threads, a bounded number ahead, results in the jobs' order."""
    waiting: deque[tuple[str, Future[Layers | str]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for key, work in jobs:
            waiting.append((key, pool.submit(work)))
            if len(waiting) >= _IN_FLIGHT:
                key, future = waiting.popleft()
                yield key, future.result()
        for key, future in waiting:
            yield key, future.result()


def _prepare(data: bytes, options: PackOptions) -> Layers | str:
    """Decode, filter and reduce one photo."""
    try:
        rgb = decode_rgb(data)
    except ImageReadError as error:
        return str(error)
    problem = too_small(rgb, options.min_side)
    if problem is not None:
        return problem
    rgb = reduced(rgb, options.short_side)
    chroma = mean_chroma(rgb)
    if chroma < options.min_chroma:
        return f"near-gray: mean chroma {chroma:.1f}; expected at least {options.min_chroma:g}"
    return (rgb,)


def too_small(pixels_u8: NDArray[np.uint8], min_side: int) -> str | None:
    """Say why a picture HxWxC is too small for a pack; None is large enough."""
    short = min(pixels_u8.shape[:2])
    return f"short side {short} px; expected at least {min_side}" if short < min_side else None


def reduced(pixels_u8: NDArray[np.uint8], short_side: int) -> NDArray[np.uint8]:
    """Reduce a larger picture HxWxC to a short side in pixels, by area, aspect kept."""
    height, width = pixels_u8.shape[:2]
    short = min(height, width)
    if short <= short_side:
        return pixels_u8
    scale = short_side / short
    return resized(pixels_u8, (round(width * scale), round(height * scale)), Image.Resampling.BOX)


def resized(
    pixels_u8: NDArray[np.uint8], size: tuple[int, int], resampling: Image.Resampling
) -> NDArray[np.uint8]:
    """Bring a picture HxWxC of any channel count to ``size``, width and height.

    Only RGB goes through Pillow as it is: of two or four channels it would take the last for
    alpha and weigh the others by it.
    """
    if pixels_u8.shape[2] == 3:
        return np.asarray(Image.fromarray(pixels_u8).resize(size, resampling))
    planes = [Image.fromarray(plane) for plane in np.moveaxis(pixels_u8, 2, 0)]
    return np.stack([np.asarray(plane.resize(size, resampling)) for plane in planes], axis=2)


def mean_chroma(rgb_u8: NDArray[np.uint8]) -> float:
    """Return the mean CIE chroma C*ab of a photo, on every fourth pixel each way."""
    ab = srgb_to_lab(rgb_u8[::4, ::4].astype(np.float32) / 255)[..., 1:]
    return float(np.hypot(ab[..., 0], ab[..., 1]).mean())
