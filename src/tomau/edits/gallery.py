"""A gallery: many pictures in colour, of which the most alike are proposed as references.

A picture is described by what the network sees of its luminance, mean and deviation over the
picture, so that a black-and-white photograph finds colour pictures of scenes like its own. A
network that tells no features is helped by a thumbnail of the light.

A gallery is a folder with two files: ``gallery.json`` (which pictures, by which model) and
``gallery.index``, their descriptions as a graph of near neighbours that faiss searches.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from PIL import Image
from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tomau.color import luminance
from tomau.edits.likeness import not_able
from tomau.edits.references import ExemplarMethod, Reference, is_gray, see
from tomau.edits.suggestions import suggest_after
from tomau.errors import DataError, MissingExtraError, TomauError, UsageError
from tomau.imaging import read_picture
from tomau.imaging.atomic import atomic_output

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tomau.edits.suggestions import Suggestion
    from tomau.runtime import Colorizer
    from tomau.runtime.prediction import Prediction

    Floats = NDArray[np.float32]

CARD_NAME, INDEX_NAME = "gallery.json", "gallery.index"
PROPOSALS = 3

_THUMBNAIL = 16
_LINKS = 32  # of each picture in the graph of neighbours
_CONSULTED = 8  # pictures that are asked for colours


class _Entry(BaseModel):
    """A picture: its absolute path, and size and time of its file when it was added."""

    model_config = ConfigDict(frozen=True)

    path: str
    bytes: int
    changed: int


class _Card(BaseModel):
    model: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    entries: list[_Entry] = []


@dataclass(frozen=True)
class Proposal:
    """A picture of the gallery, and how alike it is: a cosine, 1 is the same."""

    path: Path
    likeness: float


def default_gallery() -> Path:
    """Folder of the user's own gallery."""
    return user_data_path("tomau", appauthor=False) / "gallery"


def describe(prediction: Prediction) -> Floats:
    """Describe a picture as a whole: a unit vector, (2 C,) of features or (256,) of a thumbnail."""
    if prediction.features is None:
        image = Image.fromarray(prediction.l).resize((_THUMBNAIL, _THUMBNAIL), Image.Resampling.BOX)
        plane = np.asarray(image).ravel()
        told = plane - plane.mean()
    else:
        features = prediction.features
        told = np.concatenate((features.mean(axis=(0, 1)), features.std(axis=(0, 1))))
    unit: Floats = (told / max(float(np.linalg.norm(told)), 1e-6)).astype(np.float32)
    return unit


class Gallery:
    """Pictures in colour on disk, described by one model, of which near ones are proposed."""

    def __init__(self, folder: Path) -> None:
        """Open the gallery of a folder; there may be none yet.

        Raises:
            DataError: its files are damaged.
            MissingExtraError: faiss is not installed.
        """
        self._faiss = _faiss()
        self.folder = folder
        self._card: _Card | None = None
        self._index: Any = None
        if (folder / CARD_NAME).exists():
            self._read()

    def __repr__(self) -> str:
        """Tell which pictures are in it: the same in every process that opens it."""
        entries = () if self._card is None else tuple(self._card.entries)
        return f"Gallery({str(self.folder)!r}, {entries})"

    def __len__(self) -> int:
        """Number of pictures."""
        return 0 if self._card is None else len(self._card.entries)

    def add(
        self,
        paths: Sequence[Path],
        colorizer: Colorizer,
        on_picture: Callable[[Path, str], None] = lambda path, reason: None,  # noqa: ARG005
    ) -> int:
        """Describe pictures and write the gallery; those that are there already cost nothing.

        Args:
            paths: of picture files; what cannot be read, or is gray, is told and left out.
            colorizer: of the model that describes; the same for all of a gallery.
            on_picture: told each path, and why it was left out, or nothing.

        Returns:
            How many were added.

        Raises:
            UsageError: the gallery was described by another model.
            ImageWriteError: the gallery cannot be written.
        """
        card = self._card or _Card(model=colorizer.card.name, sha256=colorizer.card.sha256)
        self._card = card
        self._check_model(colorizer.card.sha256)
        known = set(card.entries)
        before = len(card.entries)
        for path in paths:
            reason = ""
            try:
                entry = _entry_of(path)
                if entry not in known:
                    self._insert(path, entry, colorizer)
                    known.add(entry)
            except (TomauError, OSError) as error:
                reason = " ".join(str(error).split())
            on_picture(path, reason)
        if len(card.entries) > before:
            self._write()
        return len(card.entries) - before

    def suggest(self, prediction: Prediction, *, count: int = PROPOSALS) -> tuple[Proposal, ...]:
        """Name the pictures most like a photograph, the most alike first.

        Pictures whose files are gone, or have changed since, are passed over.

        Args:
            prediction: of the photograph, by the gallery's model.
            count: at most so many.

        Raises:
            UsageError: the gallery is empty, or of another model.
        """
        card = self._card
        if card is None or not card.entries:
            raise UsageError(
                f"the gallery {self.folder} is empty; fill it: tomau gallery add FOLDER"
            )
        if prediction.card is not None:
            self._check_model(prediction.card.sha256)
        # More than asked: later additions replace changed files, and files go.
        nearest = min(len(card.entries), 4 * count + 16)
        likeness, numbers = self._index.search(describe(prediction)[np.newaxis], nearest)
        found: list[Proposal] = []
        for alike, number in zip(likeness[0], numbers[0], strict=True):
            entry = card.entries[number]
            if number >= 0 and len(found) < count and _is_there(entry):
                found.append(Proposal(Path(entry.path), float(alike)))
        return tuple(found)

    def suggest_colors(
        self, prediction: Prediction, x: float, y: float, *, count: int = 6
    ) -> tuple[tuple[Suggestion, Path], ...]:
        """Name the colours that a place has in pictures like the photograph, the best first.

        Args:
            prediction: of the photograph, by the gallery's model, which tells features.
            x: of the place, 0 at the left edge to 1 at the right.
            y: 0 at the top edge to 1 at the bottom.
            count: at most so many.

        Returns:
            Each colour with the picture that speaks most for it.

        Raises:
            UsageError: the gallery is empty, of another model, or none of its files is left; the
                place lies outside; the model tells no features.
            ImageReadError: one of the pictures cannot be read.
        """
        if prediction.ask is None or prediction.features is None:
            raise not_able()
        paths = self.nearest(prediction, _CONSULTED)
        seen = [see(read_picture(path), prediction.ask) for path in paths]
        found = suggest_after(prediction, seen, x, y, count=count)
        return tuple((one, paths[one.picture or 0]) for one in found)

    def nearest(self, prediction: Prediction, count: int) -> list[Path]:
        """Name the files of `suggest`, of which there is one at least.

        Raises:
            UsageError: the gallery is empty, of another model, or none of its files is left.
        """
        paths = [found.path for found in self.suggest(prediction, count=count)]
        if not paths:
            raise UsageError(
                f"no picture that the gallery {self.folder} proposes is there any more; "
                "fill it again: tomau gallery add FOLDER"
            )
        return paths

    def _check_model(self, sha256: str) -> None:
        if self._card is not None and self._card.sha256 != sha256:
            raise UsageError(
                f"the gallery {self.folder} was described by model {self._card.model} "
                f"{self._card.sha256[:12]}, and another model came; expected the same: give "
                "--model, or fill another gallery by --gallery"
            )

    def _insert(self, path: Path, entry: _Entry, colorizer: Colorizer) -> None:
        picture = read_picture(path)
        if is_gray(picture):
            raise DataError(f"{path} is gray; expected a picture with colours")
        vector = describe(colorizer.predict(luminance(picture.pixels)))
        if self._index is None:
            faiss = self._faiss
            self._index = faiss.IndexHNSWFlat(len(vector), _LINKS, faiss.METRIC_INNER_PRODUCT)
        self._index.add(vector[np.newaxis])
        if self._card is not None:
            self._card.entries.append(entry)

    def _read(self) -> None:
        try:
            self._card = _Card.model_validate_json((self.folder / CARD_NAME).read_bytes())
            buffer = np.frombuffer((self.folder / INDEX_NAME).read_bytes(), np.uint8)
            self._index = self._faiss.deserialize_index(buffer)
        except (OSError, ValidationError, RuntimeError) as error:
            raise _damaged(self.folder, type(error).__name__) from error
        if self._index.ntotal != len(self._card.entries):
            raise _damaged(self.folder, "its two files disagree")

    def _write(self) -> None:
        if self._card is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self._card.model_dump(), ensure_ascii=False)
        for name, data in (
            (INDEX_NAME, self._faiss.serialize_index(self._index).tobytes()),
            (CARD_NAME, text.encode("utf-8", "surrogateescape")),
        ):
            with atomic_output(self.folder / name, overwrite=True) as stream:
                stream.write(data)


@dataclass(frozen=True)
class FromGallery:
    """The most alike pictures of a gallery as references for each photograph: an `Edit`.

    Attributes:
        gallery: with at least one picture.
        method: as `Reference` says.
        trust: the same.
        count: how many are taken.
    """

    gallery: Gallery
    method: ExemplarMethod = "auto"
    trust: float = 1.0
    count: int = PROPOSALS

    def __call__(self, prediction: Prediction, height: int, width: int) -> Prediction:
        """Correct a prediction.

        Raises:
            UsageError: the gallery is empty, of another model, or none of its files is left.
        """
        paths = self.gallery.nearest(prediction, self.count)
        edit = Reference.read(*paths, method=self.method, trust=self.trust)
        answer = edit(prediction, height, width)
        note = f"colours after {', '.join(path.name for path in paths)}"
        return replace(answer, notes=(*answer.notes, note))


def _entry_of(path: Path) -> _Entry:
    status = path.stat()
    return _Entry(path=str(path.resolve()), bytes=status.st_size, changed=status.st_mtime_ns)


def _is_there(entry: _Entry) -> bool:
    try:
        return _entry_of(Path(entry.path)) == entry
    except OSError:
        return False


def _damaged(folder: Path, why: str) -> DataError:
    return DataError(
        f"the gallery {folder} is damaged ({why}); expected {CARD_NAME} and {INDEX_NAME} as tomau "
        "gallery add writes them: delete the folder and add the pictures again"
    )


def _faiss() -> Any:
    try:
        import faiss
    except ImportError as error:
        raise MissingExtraError("a gallery of references", "gallery") from error
    return faiss
