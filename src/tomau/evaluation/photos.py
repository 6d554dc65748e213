"""The colour photographs that answers are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomau.data.sources import decode_rgb, find_photos, read_encoded
from tomau.errors import DataError, ImageReadError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from tomau.data.sources import Encoded
    from tomau.evaluation.pixels import Pixels


class TruthPhotos:
    """Photographs in their true colours, read one at a time and as often as they are asked for.

    ``problems`` gathers, a line each, what could not be read and which photographs share a name.
    """

    def __init__(self, path: str | Path, *, limit: int | None = None) -> None:
        """Find photographs in a folder tree, in tar shards, or by a glob of shards.

        ``limit``: only the first so many that can be read.

        Raises:
            DataError: nothing there, or nothing of a known kind.
        """
        self.path = str(path)
        self.limit = limit
        self._source = find_photos(path)
        self._problems: dict[str, None] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """What was found amiss so far, each thing once however often the photographs are read."""
        return tuple(self._problems)

    @property
    def count(self) -> int | None:
        """Number of photographs to expect; None if it is not known before reading."""
        found = len(self._source.files) or None
        return self.limit if found is None else min(found, self.limit or found)

    @property
    def shard(self) -> str | None:
        """Name of the one tar shard that holds all photographs, which begins all their keys."""
        shards = self._source.shards
        return shards[0].stem if len(shards) == 1 else None

    def __iter__(self) -> Iterator[tuple[str, Pixels]]:
        """Yield (key, (H, W, 3) sRGB uint8); a key is the path without extension.

        Raises:
            DataError: a shard or file cannot be read at all.
        """
        seen = 0
        for encoded in self._encoded():
            if seen == self.limit:
                return
            try:
                pixels = decode_rgb(encoded.data)
            except ImageReadError as error:
                self._problems[f"{encoded.key}: {error}"] = None
            else:
                seen += 1
                yield encoded.key, pixels

    def only(self, keys: Collection[str]) -> Iterator[tuple[str, Pixels]]:
        """Yield the photographs of these keys alone; the others are not decoded."""
        left = set(keys)
        for encoded in self._encoded():
            if not left:
                return
            if encoded.key in left:
                left.discard(encoded.key)
                yield encoded.key, decode_rgb(encoded.data)

    def _encoded(self) -> Iterator[Encoded]:
        """Each photograph's bytes; of several that share a key the first."""
        seen = set()
        try:
            for encoded in read_encoded(self._source):
                if encoded.key in seen:
                    problem = f"{encoded.key}: the name of two photographs; the first is used"
                    self._problems[problem] = None
                    continue
                seen.add(encoded.key)
                yield encoded
        except OSError as error:
            raise DataError(
                f"{error.filename or self.path} cannot be read ({error.strerror}); "
                "expected photographs: check the disk and the permissions"
            ) from error
