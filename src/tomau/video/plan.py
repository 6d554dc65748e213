"""What is going to be done with a film, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tomau.errors import UsageError
from tomau.runtime.prepared import check_strength
from tomau.video.encoding import choose_encoding
from tomau.video.joining import streams_kept
from tomau.video.reading import look_at_film
from tomau.video.settings import FilmSettings, container_of

if TYPE_CHECKING:
    from tomau.video.encoding import Encoding
    from tomau.video.reading import FilmFacts


@dataclass(frozen=True)
class FilmPlan:
    """What is going to be done with a film; nothing is written yet.

    Attributes:
        facts: of the original.
        settings: what was asked for.
        target: the file that is to be written.
        container: FFmpeg's name of its format.
        encoding: how its picture is written.
        kept: streams that go with the picture unchanged.
        notes: what cannot be kept, and what else a person should know, a line each.
    """

    facts: FilmFacts
    settings: FilmSettings
    target: Path
    container: str
    encoding: Encoding
    kept: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def total(self) -> int | None:
        """About how many frames are to be coloured; None where the file does not tell."""
        return self.facts.frames_between(self.settings.start, self.settings.end)


def plan_film(
    source: str | Path, target: str | Path, settings: FilmSettings | None = None
) -> FilmPlan:
    """Look at a film and choose how its colours are written; nothing is written yet.

    Raises:
        FilmReadError: the film cannot be read.
        FilmWriteError: the codec cannot write it.
        UsageError: the target's suffix is none, or the part lies after the end.
    """
    settings = settings or FilmSettings()
    check_strength(settings.strength)
    source, target = Path(source), Path(target)
    container = container_of(target, settings.codec)
    facts = look_at_film(source)
    if facts.seconds is not None and settings.start >= facts.seconds:
        raise UsageError(
            f"a start at {settings.start:g} s came for a film of {facts.seconds:.2f} s; "
            "expected a moment before its end"
        )
    if target.exists() and target.samefile(source):
        raise UsageError(f"{target} is the film itself; expected another --output")
    encoding, notes = choose_encoding(facts, settings)
    kept, left_out = streams_kept(facts, container)
    return FilmPlan(facts, settings, target, container, encoding, tuple(kept), (*notes, *left_out))
