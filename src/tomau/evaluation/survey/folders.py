"""Entries of a survey from folders: finished results, models run on photographs, true colours."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tomau.errors import DataError, UsageError
from tomau.evaluation.contestants import is_result_folder, pictures_by_name
from tomau.evaluation.survey.ballots import TRUTH_MODEL
from tomau.evaluation.survey.entries import Entry
from tomau.evaluation.survey.viewing import viewing_jpeg, viewing_jpeg_of_pixels
from tomau.imaging import read_picture
from tomau.runtime import Colorizer
from tomau.runtime.naming import RESULT_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomau.runtime import Device


def gather_entries(
    places: Mapping[str, str],
    photos: Path | None,
    truths: Path | None,
    problems: list[str],
    *,
    strength: float = 1.0,
    device: Device = "auto",
) -> list[Entry]:
    """Entries of all ``places`` by label, folders of results or models, and of true photographs.

    ``problems`` gains a line for each picture that shares its name with another one.

    Raises:
        UsageError: a place is neither, or a model came without photographs, or they without one.
        DataError: a folder is missing or empty.
        ModelError: a model is damaged.
    """
    entries: list[Entry] = []
    models = 0
    for label, place in places.items():
        if is_result_folder(place):
            entries += result_entries(label, Path(place), problems)
            continue
        models += 1
        if photos is None:
            raise UsageError(
                f"{place} is no folder of pictures and came without photographs to colourize; "
                "expected a folder, or a model with --photos FOLDER"
            )
        colorizer = Colorizer.load(place, device=device)
        entries += model_entries(label, colorizer, photos, problems, strength=strength)
    if photos is not None and not models:
        raise UsageError("--photos came without a model; expected one by name or path beside it")
    if truths is not None:
        entries += truth_entries(truths, problems)
    return entries


def result_entries(label: str, folder: Path, problems: list[str]) -> list[Entry]:
    """Entries of a folder of results, named by their path without ``.color`` and ending.

    Raises:
        DataError: there is no such folder, or no picture in it.
    """
    files = _some(pictures_by_name(folder, problems), folder)
    return [
        Entry(name.removesuffix(RESULT_SUFFIX), label, partial(viewing_jpeg, path))
        for name, path in files.items()
    ]


def model_entries(
    label: str, colorizer: Colorizer, photos: Path, problems: list[str], *, strength: float = 1.0
) -> list[Entry]:
    """Entries of a folder of photographs that a model colourizes when they are read.

    Raises:
        DataError: there is no such folder, or no picture in it.
    """

    def colorized(path: Path) -> bytes:
        result = colorizer.colorize_picture(read_picture(path), strength=strength)
        return viewing_jpeg_of_pixels(result.rgb_u8)

    files = _some(pictures_by_name(photos, problems), photos)
    return [Entry(name, label, partial(colorized, path)) for name, path in files.items()]


def truth_entries(folder: Path, problems: list[str]) -> list[Entry]:
    """Entries of a folder of photographs in their true colours.

    Raises:
        DataError: there is no such folder, or no picture in it.
    """
    files = _some(pictures_by_name(folder, problems), folder)
    return [
        Entry(name, TRUTH_MODEL, partial(viewing_jpeg, path), kind="truth")
        for name, path in files.items()
    ]


def _some(files: dict[str, Path], folder: Path) -> dict[str, Path]:
    if not files:
        raise DataError(f"no picture lies in {folder}; expected a folder of them: check the path")
    return files
