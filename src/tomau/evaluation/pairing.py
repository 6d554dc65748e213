"""Which picture of one folder belongs to which of another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tomau.errors import DataError
from tomau.runtime.naming import PHOTO_EXTENSIONS, RESULT_SUFFIX


@dataclass(frozen=True)
class Pair:
    """Two pictures of one scene; ``key`` is the truth's path in its folder, less the extension."""

    key: str
    result: Path
    truth: Path


def pair_folders(results: Path, truth: Path) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """Pair the pictures of two folder trees by path without extension; ``.color`` may follow.

    Also answers the problems: what has no partner, and names that several files share.

    Raises:
        DataError: a folder is missing, or not one picture has a partner.
    """
    problems: list[str] = []
    result_files = _pictures(results, problems)
    pairs = []
    for key, truth_file in _pictures(truth, problems).items():
        found = key if key in result_files else f"{key}{RESULT_SUFFIX}"
        result_file = result_files.pop(found, None)
        if result_file is None:
            problems.append(f"{truth_file}: no result of that name in {results}")
        else:
            pairs.append(Pair(key, result_file, truth_file))
    problems += [f"{path}: no truth of that name in {truth}" for path in result_files.values()]
    if not pairs:
        raise DataError(
            f"no picture in {results} has the name of one in {truth}; "
            "expected a tree with the same names, whatever their extensions"
        )
    return tuple(pairs), tuple(problems)


def _pictures(folder: Path, problems: list[str]) -> dict[str, Path]:
    """The pictures of a folder tree in order, by path without extension; the first of a name."""
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; expected one of pictures: check the path")
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in PHOTO_EXTENSIONS or not path.is_file():
            continue
        key = path.relative_to(folder).with_suffix("").as_posix()
        if key in found:
            problems.append(f"{path}: shares its name with {found[key].name}; that one is used")
        else:
            found[key] = path
    return found
