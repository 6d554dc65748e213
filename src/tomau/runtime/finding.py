"""Finding photographs: what files, folders and patterns name, and what of it is passed by and why.

Folders may hold anything: links in a circle, folders that may not be read, names with newlines or
with bytes that are no text. Nothing of it ends a run, and nothing is passed by in silence.
"""

from __future__ import annotations

import glob
import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tomau.runtime.naming import PHOTO_EXTENSIONS, Naming, is_result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class Found:
    """A photograph, and the path below the output folder that mirrors its place."""

    source: Path
    place: Path


@dataclass(frozen=True)
class PassedBy:
    """What a search passed by, each with the reason.

    ``left_out`` was not asked for; ``unreadable`` may hold photographs that nobody will see.
    """

    left_out: list[tuple[Path, str]] = field(default_factory=list)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)


def real(path: Path) -> Path:
    """The path without links, as far as it can be followed: links in a circle stay as they are."""
    # Not Path.resolve: on Python 3.11 it raises RuntimeError at a link in a circle.
    return Path(os.path.realpath(path))


def is_several(entry: str | Path) -> bool:
    """Whether an input is a folder or a pattern, and so may stand for several photographs."""
    # os.path, not Path: below a folder that may not be read, Path's answers are exceptions.
    return os.path.isdir(entry) or (  # noqa: PTH112
        not os.path.lexists(entry) and glob.has_magic(os.fspath(entry))
    )


def find_photographs(
    inputs: Sequence[str | Path], naming: Naming, passed_by: PassedBy
) -> list[Found]:
    """Photographs that the inputs name, each once, in the order of the inputs and of their names.

    A file is taken at its word, even if it is missing. Links to folders are not followed.
    """
    # The same file named twice, for instance by itself and by its folder, counts once.
    first: dict[Path, Found] = {}
    for entry in inputs:
        for found in _find(entry, naming, passed_by, alone=len(inputs) == 1):
            first.setdefault(real(found.source), found)
    return list(first.values())


def _find(
    entry: str | Path, naming: Naming, passed_by: PassedBy, *, alone: bool
) -> Iterator[Found]:
    path = Path(entry)
    if not is_several(entry):
        yield Found(path, Path(path.name))
    elif os.path.isdir(entry):  # noqa: PTH112 - as above
        below = Path() if alone else Path(real(path).name)
        yield from _walk(path, below, naming, passed_by)
    else:
        yield from _expand(os.fspath(entry), naming, passed_by)


def _expand(pattern: str, naming: Naming, passed_by: PassedBy) -> Iterator[Found]:
    """Photographs that a pattern such as ``scans/**/*.tif`` matches, and those in its folders.

    Their places are mirrored from the last folder of the pattern that holds no wildcard.
    """
    fixed = itertools.takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts)
    base = Path(*fixed)
    for match in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - may be absolute
        path = Path(match)
        if os.path.isdir(match):  # noqa: PTH112 - as above
            yield from _walk(path, path.relative_to(base), naming, passed_by)
        elif _is_photo(path, naming, passed_by):
            yield Found(path, path.relative_to(base))


def _walk(folder: Path, below: Path, naming: Naming, passed_by: PassedBy) -> Iterator[Found]:
    """Photographs of a folder tree in sorted order, without hidden ones and without the output."""
    output = None if naming.output is None else real(naming.output)
    root = real(folder)

    def cannot_be_read(error: OSError) -> None:
        reason = f"folder cannot be read ({error.strerror}); expected one that may be listed"
        passed_by.unreadable.append((Path(error.filename), f"{reason}: check its permissions"))

    for here, folders, files in os.walk(folder, onerror=cannot_be_read):
        inner = []
        for name in sorted(folders):
            path = Path(here, name)
            if name.startswith(".") or (output != root and real(path) == output):
                continue
            if path.is_symlink():
                reason = "a link to a folder, not followed; name it as an input if it is meant"
                passed_by.left_out.append((path, reason))
            else:
                inner.append(name)
        folders[:] = inner
        for name in sorted(files):
            path = Path(here, name)
            if not name.startswith(".") and _is_photo(path, naming, passed_by):
                yield Found(path, below / path.relative_to(folder))


def _is_photo(path: Path, naming: Naming, passed_by: PassedBy) -> bool:
    if path.suffix.lower() not in PHOTO_EXTENSIONS:
        passed_by.left_out.append((path, "not a photograph by its extension"))
        return False
    if is_result(path, naming):
        passed_by.left_out.append((path, "a result of an earlier run by its name"))
        return False
    return True
