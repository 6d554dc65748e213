"""Planning a run: which photographs are read, and what file each of them becomes.

Nothing is read or written here but directory listings, and the same inputs always give the same
plan, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tomau.errors import UsageError
from tomau.runtime.finding import Found, PassedBy, find_photographs, is_several, real
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
    from collections.abc import Sequence
    from pathlib import Path

    from tomau.runtime.shard import Shard


@dataclass(frozen=True)
class Task:
    """One photograph to colourize: its file, the file to write, and Pillow's name of the format."""

    source: Path
    target: Path
    format: str


@dataclass(frozen=True)
class Plan:
    """The photographs of a run in their order, and what was passed by, each with the reason.

    ``left_out`` are files that were not asked for, ``unreadable`` folders whose photographs
    nobody could see. ``is_batch``: folders, patterns, or several files were asked for.
    """

    tasks: tuple[Task, ...]
    left_out: tuple[tuple[Path, str], ...]
    is_batch: bool
    unreadable: tuple[tuple[Path, str], ...] = ()


def plan_run(
    inputs: Sequence[str | Path],
    naming: Naming,
    *,
    shard: Shard | None = None,
    may_be_empty: bool = False,
) -> Plan:
    """Plan the results of files, folders (with everything below them), and patterns.

    One folder is mirrored below the output; of several inputs each folder is mirrored below a
    folder of its own name there. Results of earlier runs (``*.color.*``) and hidden files found
    in folders are left out. Two photographs never share a result: one whose extension changes
    keeps its old extension in the name (``a.png`` beside ``a.jpg`` becomes ``a.png.jpg``), and
    names that still are equal, or would be where case does not count, get a mark
    (``a~1f40fc92.jpg``). A file that is missing is planned, so that the run tells of it and does
    the rest. ``shard`` keeps its part of the plan: names are those of the whole.

    Raises:
        UsageError: no photograph was found and the plan may not be empty, a result would
            overwrite an input, or the naming contradicts itself.
    """
    check_naming(naming)
    passed_by = PassedBy()
    is_batch = len(inputs) > 1 or any(is_several(entry) for entry in inputs)
    found = find_photographs(inputs, naming, passed_by)
    if not (found or may_be_empty or passed_by.unreadable):
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
    safe = _protect_inputs(tasks, naming, passed_by)
    chosen = [
        task
        for task, entry in zip(tasks, found, strict=True)
        if task in safe and (shard is None or shard.holds(entry.place))
    ]
    return Plan(tuple(chosen), tuple(passed_by.left_out), is_batch, tuple(passed_by.unreadable))


def _expect_folder(naming: Naming) -> None:
    output = naming.output
    if output is None or naming.into_folder or output.is_dir():
        return
    # A folder may be called scans.2024, but hardly scans.jpg.
    if output.exists() or output.suffix.lower() in PHOTO_EXTENSIONS:
        raise UsageError(
            f"output {output} names a file; expected a folder for more than one photograph"
        )


def _name_results(found: Sequence[Found], naming: Naming) -> list[Task]:
    """Tasks with a result of its own for each photograph.

    All of those that would share a name are marked, not all but the first: which is the first
    changes when photographs are added. The mark is of the place, which is the same on every
    machine, and only where even that is equal (files of two folders named by themselves) of the
    path.
    """
    tasks = [_task(entry, naming) for entry in found]
    for same in _grouped(tasks):
        for index in same:
            if _extension_changes(tasks[index]):
                tasks[index] = _task(found[index], naming, keep_extension=True)
    for origin in ("place", "source"):
        for same in _grouped(tasks):
            for index in same:
                mark = _mark(getattr(found[index], origin))
                keep_extension = _extension_changes(tasks[index])
                tasks[index] = _task(found[index], naming, keep_extension, mark)
    return tasks


def _task(found: Found, naming: Naming, keep_extension: bool = False, mark: str = "") -> Task:
    target, format_name = result_file(
        found.source, found.place, naming, keep_extension=keep_extension, mark=mark
    )
    return Task(found.source, target, format_name)


def _extension_changes(task: Task) -> bool:
    return task.source.suffix != task.target.suffix


def _mark(path: Path) -> str:
    return "~" + hashlib.sha256(os.fsencode(path.as_posix())).hexdigest()[:8]


def _grouped(tasks: Sequence[Task]) -> list[list[int]]:
    """Indices of the tasks that share a target, one list per shared target.

    Names count as equal that are so where case, or the way an accent is spelt, makes no
    difference: on other file systems than this one, results would overwrite each other.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for index, task in enumerate(tasks):
        name = unicodedata.normalize("NFC", os.fspath(task.target)).casefold()
        groups[name].append(index)
    return [group for group in groups.values() if len(group) > 1]


def _protect_inputs(tasks: Sequence[Task], naming: Naming, passed_by: PassedBy) -> set[Task]:
    """Refuse every plan in which a result would take the place of an input; the tasks to do.

    ``tomau colorize *.jpg``, run a second time, names ``a.jpg`` and its result ``a.color.jpg``:
    that result is left out instead.
    """
    by_source = {real(task.source): task for task in tasks}
    results: set[Path] = set()
    for task in tasks:
        target = real(task.target)
        endangered = by_source.get(target)
        if endangered is None:
            continue
        if endangered is task or not is_result(endangered.source, naming):
            raise UsageError(
                f"the result of {task.source} would overwrite the input {endangered.source}; "
                "choose another --output or --suffix"
            )
        results.add(target)
        passed_by.left_out.append((endangered.source, f"the result of {task.source}"))
    return {task for task in tasks if real(task.source) not in results}
