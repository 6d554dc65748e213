"""Whose answers are scored: folders of finished pictures, and models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tomau.errors import DataError, TomauError, UsageError
from tomau.evaluation.pixels import resize_for_protocol
from tomau.evaluation.scores import ANCHORS
from tomau.imaging import read_picture
from tomau.runtime import Colorizer, find_model_folder, list_model_folders
from tomau.runtime.card import CARD_NAME
from tomau.runtime.naming import PHOTO_EXTENSIONS, RESULT_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tomau.evaluation.pixels import Pixels
    from tomau.runtime import Device


class Contestant(Protocol):
    """Answers the gray picture (H, W) uint8 of a key with sRGB (H, W, 3) uint8."""

    def __call__(self, key: str, gray_u8: Pixels) -> Pixels:
        """Answer one photograph.

        Raises:
            TomauError: there is no answer to this photograph; the others are still asked for.
        """
        ...


class ModelAnswers:
    """Colourizes on the spot."""

    def __init__(
        self, model: str | Path, *, strength: float = 1.0, device: Device = "auto"
    ) -> None:
        """Load a model by name or path.

        Raises:
            UsageError: no model has that name.
            ModelError: the model is missing or damaged.
        """
        self._colorizer = Colorizer.load(model, device=device)
        self._strength = strength

    def __call__(self, key: str, gray_u8: Pixels) -> Pixels:  # noqa: ARG002 - needs no name
        return self._colorizer.colorize(gray_u8, strength=self._strength)


class ResultFolder:
    """Reads finished pictures: those with a photograph's path, whatever the extension.

    ``.color`` may stand before the extension. ``problems`` gathers names that several files share.
    """

    def __init__(self, folder: Path, *, size: int | None, shard: str | None = None) -> None:
        """Index a folder tree of pictures.

        ``size`` is the protocol's. ``shard`` begins the keys of photographs from one tar shard,
        as in ``val/00017``; pictures may be named without it.

        Raises:
            DataError: the folder is missing.
        """
        self.folder, self.size = folder, size
        self.problems: list[str] = []
        self._prefix = f"{shard}/" if shard else ""
        self._files = pictures_by_name(folder, self.problems)
        self._unused = dict(self._files)

    def __call__(self, key: str, gray_u8: Pixels) -> Pixels:  # noqa: ARG002 - it is done already
        names = (key, key.removeprefix(self._prefix))
        for name in (*names, *(f"{name}{RESULT_SUFFIX}" for name in names)):
            if name in self._files:
                self._unused.pop(name, None)
                return resize_for_protocol(read_picture(self._files[name]).rgb_u8, self.size)
        raise DataError(
            f"no result of that name in {self.folder}; "
            "expected a tree with the photographs' names, whatever their extensions"
        )

    @property
    def unused(self) -> tuple[str, ...]:
        """A line for each picture that no photograph has asked for so far."""
        return tuple(
            f"{path}: no truth of that name; expected the name of a photograph"
            for path in self._unused.values()
        )


def parse_label(text: str) -> tuple[str | None, str]:
    """Take ``label=place`` apart; what exists as it stands is a place without a label.

    >>> parse_label("ours=runs/a")
    ('ours', 'runs/a')
    >>> parse_label("runs/a")
    (None, 'runs/a')
    """
    label, sign, place = text.partition("=")
    if not sign or not label or Path(text).exists():
        return None, text
    return label.strip(), place


def name_contestants(texts: Iterable[str], *, taken: Collection[str] = ()) -> dict[str, str]:
    """Places by label; where none was given the last part of the place is the label.

    ``taken`` are labels that somebody has already, beside the names of the anchors.

    Raises:
        UsageError: two labels are equal, or one is taken.
    """
    places: dict[str, str] = {}
    for text in texts:
        label, place = parse_label(text)
        label = label or Path(place).name or place
        if label in places:
            raise UsageError(
                f"two results are called {label!r}; expected different names: give LABEL=PATH"
            )
        if label in ANCHORS or label in taken:
            raise UsageError(
                f"a result is called {label!r}, a name that is taken; expected another: "
                "give LABEL=PATH"
            )
        places[label] = place
    return places


def open_contestant(
    place: str,
    *,
    size: int | None,
    shard: str | None = None,
    strength: float = 1.0,
    device: Device = "auto",
) -> Contestant:
    """Open a model, or else a folder of pictures; see `ModelAnswers` and `ResultFolder`.

    A model's name wins over a folder's; a model folder is one with a card.

    Raises:
        UsageError: there is neither at that place.
        ModelError: the model is damaged.
    """
    if is_result_folder(place):
        return ResultFolder(Path(place), size=size, shard=shard)
    try:
        find_model_folder(place)
    except TomauError as error:
        raise UsageError(f"{place} is no folder of pictures, and {error}") from error
    return ModelAnswers(place, strength=strength, device=device)


def is_result_folder(place: str) -> bool:
    """Whether a place is a folder of pictures: a folder that neither is a model nor names one."""
    path = Path(place)
    is_model = place in list_model_folders() or (path / CARD_NAME).is_file()
    return path.is_dir() and not is_model


def pictures_by_name(folder: Path, problems: list[str]) -> dict[str, Path]:
    """The pictures of a folder tree in order, by path without extension; the first of a name.

    ``problems`` gains a line for each further picture of a name.

    Raises:
        DataError: there is no such folder.
    """
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
