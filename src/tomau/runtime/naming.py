"""Names of results: beside the input or in a folder, with which suffix, in which format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tomau.errors import UsageError
from tomau.imaging import find_format
from tomau.imaging.formats import AVIF, BMP, FORMATS, HEIF, JPEG, PNG, TIFF, WEBP

if TYPE_CHECKING:
    from tomau.imaging import FileFormat

RESULT_SUFFIX = ".color"

_FULL_COLOUR = (JPEG, PNG, WEBP, TIFF, AVIF, HEIF, BMP)
_FALLBACK = PNG  # lossless, and every program opens it

WRITABLE_EXTENSIONS = tuple(kind.extensions[0] for kind in _FULL_COLOUR)
"""Usual extensions of the formats that results are written in, for messages."""

PHOTO_EXTENSIONS = frozenset(extension for kind in FORMATS for extension in kind.extensions)
"""Extensions, in lower case, of the files that a folder run takes for photographs."""


@dataclass(frozen=True)
class Naming:
    """How result files are named and placed.

    ``output``: a folder, or the file itself when one file is colourized; None: beside the input.
    ``into_folder``: ``output`` is a folder even if its name looks like a file's.
    ``format``: a format by its name or extension, or None to keep the format of each input; one
    that cannot hold a full-colour photograph, as GIF, becomes PNG.
    ``suffix``: what is put before the extension; None: ``.color`` beside the input, else nothing.
    """

    output: Path | None = None
    into_folder: bool = False
    format: str | None = None
    suffix: str | None = None

    def effective_suffix(self) -> str:
        """The suffix after the default is filled in."""
        if self.suffix is None:
            return RESULT_SUFFIX if self.output is None else ""
        return self.suffix


def check_naming(naming: Naming) -> None:
    """Refuse a naming that cannot be followed, before any work.

    Raises:
        UsageError: the format cannot be written, or the suffix is no part of a file name.
    """
    if naming.format is not None and _wanted_format(naming) is None:
        known = ", ".join(extension[1:] for extension in WRITABLE_EXTENSIONS)
        raise UsageError(f"format {naming.format!r} cannot be written; expected one of {known}")
    if naming.suffix and set(naming.suffix) & {"/", "\\", "\0"}:
        raise UsageError(
            f"suffix {naming.suffix!r} holds a path separator; expected a part of a file name, "
            "as .color"
        )


def stream_format(picture_format: str, naming: Naming) -> str:
    """Pillow's name of the format for a picture from or to a pipe.

    The output's extension decides, then the wanted format, then the picture's own; a format that
    cannot be written becomes PNG.

    Raises:
        UsageError: the naming contradicts itself, or asks for what cannot be written.
    """
    check_naming(naming)
    if naming.output is not None and naming.output.suffix:
        return format_of_output(naming.output, naming)
    return (_wanted_format(naming) or _full_colour(picture_format) or _FALLBACK).name


def names_a_file(output: Path, naming: Naming) -> bool:
    """Whether an output is meant as the file itself rather than as a folder."""
    if naming.into_folder or output.is_dir():
        return False
    return output.exists() or bool(output.suffix)


def format_of_output(output: Path, naming: Naming) -> str:
    """Pillow's name of the format of a result whose file name was given.

    Raises:
        UsageError: the extension cannot be written, or contradicts the wanted format.
    """
    kind = _full_colour(output.suffix)
    if kind is None:
        raise UsageError(
            f"output {output} has an extension that cannot be written; expected one of "
            f"{', '.join(WRITABLE_EXTENSIONS)}, or a folder"
        )
    if naming.format is not None and _wanted_format(naming) != kind:
        raise UsageError(
            f"output {output} contradicts --format {naming.format}; leave one of the two out"
        )
    return kind.name


def result_file(
    source: Path, place: Path, naming: Naming, *, keep_extension: bool, mark: str = ""
) -> tuple[Path, str]:
    """File that a photograph becomes, and Pillow's name of its format.

    ``place`` is its path below the output folder. With ``keep_extension`` the name holds the
    input's extension too, ``a.png.jpg``; ``mark`` follows the input's name, before the suffix.
    """
    own = _full_colour(source.suffix)
    kind = _wanted_format(naming) or own or _FALLBACK
    # The input's own spelling (.JPG, .jpeg) stays where it fits.
    extension = source.suffix if own == kind else kind.extensions[0]
    folder = source.parent if naming.output is None else naming.output / place.parent
    name = place.name if keep_extension else place.stem
    return folder / f"{name}{mark}{naming.effective_suffix()}{extension}", kind.name


def is_result(path: Path, naming: Naming) -> bool:
    """Whether a file looks by its name like a result of an earlier run."""
    suffixes = {RESULT_SUFFIX, naming.effective_suffix()} - {""}
    return path.stem.endswith(tuple(suffixes))


def _full_colour(name: str) -> FileFormat | None:
    """Format by name or extension, if results can be written in it."""
    kind = find_format(name)
    return kind if kind in _FULL_COLOUR else None


def _wanted_format(naming: Naming) -> FileFormat | None:
    return None if naming.format is None else _full_colour(naming.format)
