"""Photos decoded once into one flat file that training reads through a memory map.

Decoding costs a hundred times what cropping costs. A pack holds every usable photo as uint8
sRGB at a common short side, so that each batch is a pure function of its number and no loader
process is needed: a crop is a copy out of the page cache.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tomau.color import srgb_to_lab
from tomau.data.sources import Encoded, PhotoSource, decode_rgb, find_photos, read_encoded
from tomau.errors import DataError, ImageReadError

_FORMAT = 1
_IN_FLIGHT = 64


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
    identity = json.dumps(
        [_FORMAT, str(source.root.resolve()), source.fingerprint(), asdict(options)]
    )
    folder = cache / hashlib.sha256(identity.encode()).hexdigest()[:16]
    if not (folder / "index.json").is_file():
        _build(source, folder, options, threads, progress)
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    if not index["keys"]:
        raise DataError(
            f"none of the {len(index['left_out'])} photos at {path} can be used; first reason: "
            f"{next(iter(index['left_out'].values()))}"
        )
    shapes = np.array(index["shapes"], dtype=np.int64)
    sizes = shapes.prod(axis=1) * 3
    offsets = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
    pixels = np.memmap(folder / "photos.u8", dtype=np.uint8, mode="r")
    return Pack(tuple(index["keys"]), shapes, offsets, pixels, index["left_out"])


def _build(
    source: PhotoSource,
    folder: Path,
    options: PackOptions,
    threads: int,
    progress: Callable[[int], None] | None,
) -> None:
    """Write pixels first and the index last, so that a pack with an index is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    keys: list[str] = []
    shapes: list[tuple[int, int]] = []
    left_out: dict[str, str] = {}
    with (folder / "photos.u8").open("wb") as stream:
        for count, (key, result) in enumerate(_decode_all(source, options, threads), start=1):
            if isinstance(result, str):
                left_out[key] = result
            else:
                keys.append(key)
                shapes.append((result.shape[0], result.shape[1]))
                stream.write(result.tobytes())
            if progress is not None:
                progress(count)
    index: dict[str, Any] = {"keys": keys, "shapes": shapes, "left_out": left_out}
    temporary = folder / "index.json.part"
    temporary.write_text(json.dumps(index), encoding="utf-8")
    temporary.replace(folder / "index.json")


def _decode_all(
    source: PhotoSource, options: PackOptions, threads: int
) -> Iterator[tuple[str, NDArray[np.uint8] | str]]:
    """Decode on threads, a bounded number ahead, results in the source's order."""
    waiting: deque[tuple[str, Future[NDArray[np.uint8] | str]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for encoded in read_encoded(source):
            waiting.append((encoded.key, pool.submit(_prepare, encoded, options)))
            if len(waiting) >= _IN_FLIGHT:
                key, future = waiting.popleft()
                yield key, future.result()
        for key, future in waiting:
            yield key, future.result()


def _prepare(encoded: Encoded, options: PackOptions) -> NDArray[np.uint8] | str:
    """Decode, filter and reduce one photo; a string is the reason to leave it out."""
    try:
        rgb = decode_rgb(encoded.data)
    except ImageReadError as error:
        return str(error)
    short = min(rgb.shape[:2])
    if short < options.min_side:
        return f"short side {short} px; expected at least {options.min_side}"
    if short > options.short_side:
        scale = options.short_side / short
        size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
        rgb = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX, reducing_gap=None))
    chroma = mean_chroma(rgb)
    if chroma < options.min_chroma:
        return f"near-gray: mean chroma {chroma:.1f}; expected at least {options.min_chroma:g}"
    return rgb


def mean_chroma(rgb_u8: NDArray[np.uint8]) -> float:
    """Return the mean CIE chroma C*ab of a photo, on every fourth pixel each way."""
    ab = srgb_to_lab(rgb_u8[::4, ::4].astype(np.float32) / 255)[..., 1:]
    return float(np.hypot(ab[..., 0], ab[..., 1]).mean())
