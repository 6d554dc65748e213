"""The one module that asks the video room: from a film's file to another file.

Nothing here knows the database.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from django.conf import settings

from tomau.errors import FilmReadError, FilmWriteError, MissingExtraError
from tomau.server.catalog import colorizer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from threading import Event

HEAD_BYTES = 512
"""So much of a file tells what it is."""

_NEEDED = ("av", "cv2", "scenedetect")
_PICTURES = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1")  # brands of ISO files
_HEADS = (
    (0, b"\x1aE\xdf\xa3", ".mkv"),
    (4, b"ftypqt  ", ".mov"),
    (4, b"ftyp", ".mp4"),
    (4, b"moov", ".mov"),
    (4, b"mdat", ".mov"),
    (4, b"wide", ".mov"),
    (8, b"AVI ", ".avi"),
    (0, b"\x00\x00\x01\xba", ".mpg"),
    (0, b"\x00\x00\x01\xb3", ".mpg"),
    (188, b"\x47", ".ts"),
    (0, b"FLV\x01", ".flv"),
    (0, b"OggS", ".ogv"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ".wmv"),
    (0, b"\x06\x0e\x2b\x34", ".mxf"),
)


@dataclass(frozen=True)
class FilmFacts:
    """What an uploaded film turned out to be.

    Attributes:
        width: upright, in pixels.
        height: the same.
        seconds: how long it is; None where the file does not tell.
        frames: about how many there are; None likewise.
        result_suffix: of the file that its colours are written to, ``.mp4``.
    """

    width: int
    height: int
    seconds: float | None
    frames: int | None
    result_suffix: str


def is_able() -> bool:
    """Whether the packages that films need are installed."""
    return all(find_spec(name) is not None for name in _NEEDED)


def sniff(head: bytes) -> str:
    """The suffix of a film by its first bytes, never by its name.

    FFmpeg itself would also read lists of other files and addresses; they never get that far.

    Raises:
        FilmReadError: no film that is known.
    """
    is_picture = head[4:8] == b"ftyp" and head[8:12] in _PICTURES
    for at, signature, suffix in () if is_picture else _HEADS:
        if head[at : at + len(signature)] == signature and (suffix != ".ts" or head[:1] == b"G"):
            return suffix
    raise FilmReadError(
        "the file is no film by its content; expected MP4, MOV, MKV, WebM, AVI, MPEG, WMV, ..."
    )


def look(path: Path, suffix: str) -> FilmFacts:
    """Find out what a film is, and that its first frame is not too large.

    Raises:
        FilmReadError: it cannot be read, or its frames have too many pixels.
        MissingExtraError: the packages that films need are not installed.
    """
    if not is_able():
        raise MissingExtraError("colouring films", "video")
    from tomau.video import default_target, look_at_film

    with _without_places(path):
        facts = look_at_film(path)
    most = settings.OPTIONS.max_film_pixels
    if facts.width * facts.height > most:
        raise FilmReadError(
            f"a film of {facts.width} x {facts.height} came; expected frames of at most "
            f"{most:,} pixels: make it smaller"
        )
    suffix = default_target(path.with_suffix(suffix), "h264").suffix
    return FilmFacts(
        facts.width, facts.height, facts.seconds, facts.frames_between(0, None), suffix
    )


def colorize(
    source: Path,
    target: Path,
    *,
    model: str,
    size: int | None,
    strength: float,
    tell: Callable[[int, int | None], None],
    stop: Event,
) -> bool:
    """Colour a film; a call that was stopped or killed is taken up by the same call.

    Args:
        source: the film.
        target: the file to write; what is done lies beside it meanwhile.
        model: by name.
        size: short side in pixels of what the network sees; None is the model's own.
        strength: factor on chroma.
        tell: told how many frames are done, of how many, after each frame.
        stop: once it is set, the call ends after the frame in work.

    Returns:
        Whether the film is finished.

    Raises:
        FilmReadError: the film cannot be read.
        FilmWriteError: it cannot be written.
        UsageError: the settings cannot be carried out.
        ModelError: the network failed.
        MissingExtraError: the packages that films need are not installed.
        OSError: the disk is full.
    """
    if not is_able():
        raise MissingExtraError("colouring films", "video")
    from tomau.video import FilmSettings, Progress, colorize_film

    def observe(progress: Progress) -> None:
        tell(progress.done, progress.total)

    with _without_places(source, target):
        result = colorize_film(
            source, target, colorizer_of(model), FilmSettings(size=size, strength=strength),
            observer=observe, stop=stop, overwrite=True,
        )  # fmt: skip
    return result.finished


@contextmanager
def _without_places(*places: Path) -> Iterator[None]:
    """Let what is told of a film name no place of this machine."""
    try:
        yield
    except (FilmReadError, FilmWriteError) as error:
        message = str(error)
        for place in places:
            message = message.replace(str(place), "the film")
        raise type(error)(message) from error
