"""A job's results as one zip, made while it is sent: it is never whole in memory or on disk."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from tomau.server import files
from tomau.server.photos.selectors import result_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tomau.server.jobs.models import Job

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


class _Outlet:
    """A stream that cannot be sought in; what is written waits until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zip_entries(job: Job) -> list[tuple[UUID, str]]:
    """The finished versions of a job, each under a name of its own."""
    entries: list[tuple[UUID, str]] = []
    used: set[str] = set()
    done = job.items.filter(version__isnull=False).select_related("version").order_by("position")
    for item in done:
        assert item.version is not None
        name = safe_name(result_name(item.name, item.version.format))
        stem, dot, ending = name.rpartition(".")
        number = 2
        while name.casefold() in used:
            name = f"{stem} ({number}){dot}{ending}"
            number += 1
        used.add(name.casefold())
        entries.append((item.version.id, name))
    return entries


def safe_name(name: str) -> str:
    """A name that every system can unpack, into the folder at hand and nowhere else.

    >>> safe_name("../a:b?.jpg"), safe_name("...")
    ('_a_b_.jpg', 'photo')
    """
    kept = "".join("_" if letter in '/\\:*?"<>|' else letter for letter in name)
    return kept.lstrip(". ").rstrip(". ") or "photo"


def zipped(entries: list[tuple[UUID, str]]) -> Iterator[bytes]:
    """The zip in parts, one for each picture; what was deleted meanwhile is left out."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for version, name in entries:
            try:
                content = files.read(files.picture(version))
            except FileNotFoundError:
                continue
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), content)
            yield outlet.taken()
    yield outlet.taken()
