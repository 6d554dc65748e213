"""Planning a run: which photographs are read, and what file each of them becomes.

Nothing is read or written here but directory listings, and the same inputs always give the same
plan, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import glob
import itertools
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tomau.errors import UsageError
from tomau.runtime.naming import (
    PHOTO_EXTENSIONS,
    Naming,
    check_naming,
    format_of_output,
    is_result,
    names_a_file,
    result_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True)
class Task:
    """One photograph to colourize: its file, the file to write, and Pillow's name of the format."""

    source: Path
    target: Path
    format: str


@dataclass(frozen=True)
class Plan:
    """The photographs of a run in their order, and the files left out of it with the reason.

    ``is_batch`` tells whether folders, patterns, or several files were asked for.
    """

    tasks: tuple[Task, ...]
    left_out: tuple[tuple[Path, str], ...]
    is_batch: bool


@dataclass(frozen=True)
class _Found:
    """A photograph, and the path below the output folder that mirrors its place."""

    source: Path
    place: Path


def plan_run(inputs: Sequence[str | Path], naming: Naming) -> Plan:
    """Plan the results of files, folders (with everything below them), and patterns.

    One folder is mirrored below the output; of several inputs each folder is mirrored below a
    folder of its own name there. Results of earlier runs (``*.color.*``) and hidden files found
    in folders are left out. Two photographs never share a result: one whose extension changes
    keeps its old extension in the name (``a.png`` beside ``a.jpg`` becomes ``a.png.jpg``).
    A file that is missing is planned, so that the run tells of it and does the rest.

    Raises:
        UsageError: no photograph was found, a result would overwrite an input, two inputs would
            share a result, or the naming contradicts itself.
    """
    check_naming(naming)
    left_out: list[tuple[Path, str]] = []
    is_batch = len(inputs) > 1 or any(_is_several(entry) for entry in inputs)
    found = _unique(_find_all(inputs, naming, left_out))
    if not found:
        names = ", ".join(os.fspath(entry) for entry in inputs)
        raise UsageError(
            f"no photograph was found in {names}; expected files ending in "
            f"{', '.join(sorted(PHOTO_EXTENSIONS))}"
        )
    output = naming.output
    if output is not None and not is_batch and names_a_file(output, naming):
        tasks = [Task(found[0].source, output, format_of_output(output, naming))]
    else:
        _expect_folder(naming)
        tasks = _name_results(found, naming)
    tasks = _protect_inputs(tasks, naming, left_out)
    return Plan(tuple(tasks), tuple(left_out), is_batch)


def _is_several(entry: str | Path) -> bool:
    path = Path(entry)
    return path.is_dir() or (not path.exists() and glob.has_magic(os.fspath(entry)))


def _find_all(
    inputs: Sequence[str | Path], naming: Naming, left_out: list[tuple[Path, str]]
) -> Iterator[_Found]:
    for entry in inputs:
        path = Path(entry)
        if not _is_several(entry):
            yield _Found(path, Path(path.name))
        elif path.is_dir():
            below = Path(path.resolve().name) if len(inputs) > 1 else Path()
            yield from _walk(path, below, naming, left_out)
        else:
            yield from _expand(os.fspath(entry), naming, left_out)


def _expand(pattern: str, naming: Naming, left_out: list[tuple[Path, str]]) -> Iterator[_Found]:
    """Photographs that a pattern such as ``scans/**/*.tif`` matches, and those in its folders.

    Their places are mirrored from the last folder of the pattern that holds no wildcard.
    """
    fixed = itertools.takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts)
    base = Path(*fixed)
    for match in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - may be absolute
        path = Path(match)
        if path.is_dir():
            yield from _walk(path, path.relative_to(base), naming, left_out)
        elif _is_photo(path, naming, left_out):
            yield _Found(path, path.relative_to(base))


def _walk(
    folder: Path, below: Path, naming: Naming, left_out: list[tuple[Path, str]]
) -> Iterator[_Found]:
    """Photographs of a folder tree in sorted order, without hidden ones and without the output."""
    output = None if naming.output is None else naming.output.resolve()
    root = folder.resolve()
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and (output == root or Path(here, name).resolve() != output)
        )
        for name in sorted(files):
            path = Path(here, name)
            if not name.startswith(".") and _is_photo(path, naming, left_out):
                yield _Found(path, below / path.relative_to(folder))


def _is_photo(path: Path, naming: Naming, left_out: list[tuple[Path, str]]) -> bool:
    if path.suffix.lower() not in PHOTO_EXTENSIONS:
        left_out.append((path, "not a photograph by its extension"))
        return False
    if is_result(path, naming):
        left_out.append((path, "a result of an earlier run by its name"))
        return False
    return True


def _unique(found: Iterable[_Found]) -> list[_Found]:
    """The same file named twice, for instance by itself and by its folder, counts once."""
    first: dict[Path, _Found] = {}
    for entry in found:
        first.setdefault(entry.source.resolve(), entry)
    return list(first.values())


def _expect_folder(naming: Naming) -> None:
    output = naming.output
    if output is None or naming.into_folder or output.is_dir():
        return
    # A folder may be called scans.2024, but hardly scans.jpg.
    if output.exists() or output.suffix.lower() in PHOTO_EXTENSIONS:
        raise UsageError(
            f"output {output} names a file; expected a folder for more than one photograph"
        )


def _name_results(found: Sequence[_Found], naming: Naming) -> list[Task]:
    """Tasks with a result of its own for each photograph."""
    tasks = [_task(entry, naming, keep_extension=False) for entry in found]
    for same in _grouped(tasks):
        for index in same:
            if _extension_changes(tasks[index]):
                tasks[index] = _task(found[index], naming, keep_extension=True)
    for same in _grouped(tasks):
        one, other = tasks[same[0]], tasks[same[1]]
        raise UsageError(
            f"{one.source} and {other.source} would both become {one.target}; "
            "colourize them by their folders, or in two runs with different outputs"
        )
    return tasks


def _task(entry: _Found, naming: Naming, *, keep_extension: bool) -> Task:
    target, format_name = result_file(
        entry.source, entry.place, naming, keep_extension=keep_extension
    )
    return Task(entry.source, target, format_name)


def _extension_changes(task: Task) -> bool:
    return task.source.suffix != task.target.suffix


def _grouped(tasks: Sequence[Task]) -> list[list[int]]:
    """Indices of the tasks that share a target, one list per shared target."""
    groups: dict[Path, list[int]] = defaultdict(list)
    for index, task in enumerate(tasks):
        groups[task.target].append(index)
    return [group for group in groups.values() if len(group) > 1]


def _protect_inputs(
    tasks: Sequence[Task], naming: Naming, left_out: list[tuple[Path, str]]
) -> list[Task]:
    """Refuse every plan in which a result would take the place of an input.

    ``tomau colorize *.jpg``, run a second time, names ``a.jpg`` and its result ``a.color.jpg``:
    that result is left out instead.
    """
    by_source = {task.source.resolve(): task for task in tasks}
    results: set[Path] = set()
    for task in tasks:
        target = task.target.resolve()
        endangered = by_source.get(target)
        if endangered is None:
            continue
        if endangered is task or not is_result(endangered.source, naming):
            raise UsageError(
                f"the result of {task.source} would overwrite the input {endangered.source}; "
                "choose another --output or --suffix"
            )
        results.add(target)
        left_out.append((endangered.source, f"the result of {task.source}"))
    return [task for task in tasks if task.source.resolve() not in results]
