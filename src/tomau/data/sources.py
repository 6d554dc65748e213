"""Photos from a folder tree or from tar shards, one after the other, broken ones named."""

from __future__ import annotations

import glob
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from tomau.errors import DataError, ImageReadError, MissingExtraError
from tomau.imaging import read_picture

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".bmp"})


@dataclass(frozen=True)
class Encoded:
    """A photo as it lies in a file or shard: its key and its bytes."""

    key: str
    data: bytes


@dataclass(frozen=True)
class PhotoSource:
    """Where photos come from: the files of a tree, or shards; never both."""

    root: Path
    files: tuple[Path, ...] = ()
    shards: tuple[Path, ...] = ()

    def fingerprint(self) -> list[tuple[str, int, int]]:
        """Return name, size and modification time of each file or shard, in order."""
        stats = [(path, path.stat()) for path in self.files or self.shards]
        return [
            (path.relative_to(self.root).as_posix(), stat.st_size, stat.st_mtime_ns)
            for path, stat in stats
        ]


def find_photos(path: str | Path) -> PhotoSource:
    """Find the photos that ``path`` names.

    Args:
        path: a folder of photos at any depth, a folder of ``.tar`` shards, one shard, or a glob
            of shards such as ``data/train-*.tar``.

    Raises:
        DataError: nothing there, or nothing of a known kind.
    """
    place = Path(path)
    if any(sign in str(path) for sign in "*?["):
        shards = tuple(Path(name) for name in sorted(glob.glob(str(path))))  # noqa: PTH207
        if not shards:
            raise DataError(f"no shard matches {path}; expected .tar files")
        return PhotoSource(shards[0].parent, shards=shards)
    if place.suffix == ".tar" and place.is_file():
        return PhotoSource(place.parent, shards=(place,))
    if not place.is_dir():
        raise DataError(f"no folder or shard at {path}; expected photos or .tar shards")
    shards = tuple(sorted(place.glob("*.tar")))
    if shards:
        return PhotoSource(place, shards=shards)
    files = tuple(sorted(file for file in place.rglob("*") if file.suffix.lower() in SUFFIXES))
    if not files:
        raise DataError(
            f"no photos under {path}; expected {', '.join(sorted(SUFFIXES))} or .tar shards"
        )
    return PhotoSource(place, files=files)


def read_encoded(source: PhotoSource) -> Iterator[Encoded]:
    """Yield every photo's bytes in a fixed order; keys are unique paths without the suffix.

    Raises:
        MissingExtraError: shards without webdataset.
        DataError: a shard is damaged.
    """
    for file in source.files:
        yield Encoded(file.relative_to(source.root).with_suffix("").as_posix(), file.read_bytes())
    for shard in source.shards:
        yield from _read_shard(shard)


def _read_shard(shard: Path) -> Iterator[Encoded]:
    try:
        from webdataset.tariterators import tar_file_iterator
    except ImportError as error:
        raise MissingExtraError("reading tar shards", "train") from error
    try:
        with shard.open("rb") as stream:
            for member in tar_file_iterator(stream):
                name = PurePosixPath(member["fname"])
                if name.suffix.lower() in SUFFIXES:
                    yield Encoded(f"{shard.stem}/{name.with_suffix('')}", member["data"])
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise DataError(f"{shard} is a damaged shard ({error}); expected a whole .tar") from error


def decode_rgb(data: bytes) -> NDArray[np.uint8]:
    """Decode a photo to sRGB, HxWx3 uint8.

    Raises:
        ImageReadError: it cannot be read.
    """
    return read_picture(data).rgb_u8


def iter_photos(
    path: str | Path, *, on_problem: Callable[[str, str], None] | None = None
) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Yield ``(key, rgb_u8)`` for every readable photo that ``path`` names, HxWx3 uint8 sRGB.

    Args:
        path: see `find_photos`.
        on_problem: called with key and reason for each photo that cannot be read.

    Raises:
        DataError: nothing usable at ``path``.
    """
    for encoded in read_encoded(find_photos(path)):
        try:
            yield encoded.key, decode_rgb(encoded.data)
        except ImageReadError as error:
            if on_problem is not None:
                on_problem(encoded.key, str(error))
