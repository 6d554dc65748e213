"""A film in, the same film in colour out: all stages joined, interruptible and resumable."""

from __future__ import annotations

import hashlib
import time
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tomau.errors import FilmReadError, FilmWriteError
from tomau.runtime.batch import make_folder
from tomau.video.damage import Damage
from tomau.video.encoding import SegmentEncoder
from tomau.video.joining import Part, join_film
from tomau.video.journal import Journal, Mark, journal_of
from tomau.video.plan import plan_film
from tomau.video.progress import Clock, Progress
from tomau.video.reading import FilmReader
from tomau.video.settings import FilmSettings
from tomau.video.stages import painted_frames

if TYPE_CHECKING:
    from threading import Event

    from tomau.runtime import Colorizer
    from tomau.video.plan import FilmPlan
    from tomau.video.progress import Observer
    from tomau.video.steadying import Coloured

# A segment ends where a scene does, after so many frames at least, and after so many in any case.
_LEAST_SEGMENT, _MOST_SEGMENT = 96, 240


@dataclass(frozen=True)
class FilmResult:
    """What became of a film.

    Attributes:
        target: the file.
        finished: False after an interruption: the same call goes on where it stopped.
        frames: how many are coloured.
        resumed: how many of them an earlier run had coloured.
        scenes: moments, in seconds, at which scenes begin.
        notes: what of the original is left out, a line each.
        damage: what of it could not be read, a line each.
        lost: moments of frames that could not be decoded.
        patched: moments of frames that the decoder patched.
        seconds: that the run took.
        times: seconds by stage; stages work at the same time.
    """

    target: Path
    finished: bool
    frames: int
    resumed: int
    scenes: tuple[float, ...]
    notes: tuple[str, ...]
    damage: tuple[str, ...]
    lost: tuple[float, ...]
    patched: tuple[float, ...]
    seconds: float
    times: dict[str, float]


def colorize_film(
    source: str | Path,
    target: str | Path,
    colorizer: Colorizer,
    settings: FilmSettings | None = None,
    *,
    observer: Observer | None = None,
    stop: Event | None = None,
    overwrite: bool = False,
) -> FilmResult:
    """Colour a film and write it; an interrupted or killed call is taken up by the same call.

    The finished film appears whole or not at all. Until then a hidden journal beside ``target``
    holds what is done; `discard_film` removes it. Memory does not grow with the film's length.

    >>> import threading
    >>> from tomau import Colorizer
    >>> from tomau.video import FilmSettings, colorize_film
    >>> stop = threading.Event()                                   # stop.set() interrupts
    >>> result = colorize_film(                                    # doctest: +SKIP
    ...     "wedding.avi", "wedding.color.mp4", Colorizer.load(), FilmSettings(strength=1.2),
    ...     observer=lambda progress: print(progress.share), stop=stop)

    Args:
        source: the film; it is never changed.
        target: the file to write, .mp4, .m4v, .mov or .mkv.
        colorizer: the model; may be shared with other threads.
        settings: what a person wants; the usual if None.
        observer: told of each finished frame, in this thread.
        stop: once it is set, the call ends after the frame in work, unfinished.
        overwrite: whether a file at ``target``, or what is left of another run, may be replaced.

    Raises:
        FilmReadError: the film cannot be read, or no frame of it.
        FilmWriteError: it cannot be written, is there already, another run is making it, or what
            is left of one had other settings, and ``overwrite`` is False.
        UsageError: a setting does not fit the film.
        ModelError: the network failed.
        MissingExtraError: an edit needs packages that are not installed.
    """
    plan = plan_film(source, target, settings)
    if plan.target.exists() and not overwrite:
        raise FilmWriteError(
            f"{plan.target} is there already; expected a new file: give --overwrite or another "
            "--output"
        )
    make_folder(plan.target.parent)
    journal = Journal(plan.target, _title(plan, colorizer), may_replace=overwrite)
    try:
        return _Run(plan, colorizer, journal, observer, stop).run(overwrite=overwrite)
    finally:
        journal.close()


def discard_film(target: str | Path) -> bool:
    """Remove what an interrupted call has left beside a target; whether there was anything."""
    journal = journal_of(Path(target))
    found = journal.exists()
    journal.unlink(missing_ok=True)
    return found


def _title(plan: FilmPlan, colorizer: Colorizer) -> str:
    """What a journal is of: the same film, model and settings go on, others begin anew."""
    from tomau import __version__

    file = plan.facts.path.stat()
    parts = (
        __version__, str(plan.facts.path.resolve()), file.st_size, file.st_mtime_ns,
        colorizer.card.sha256, plan.encoding, plan.settings,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class _Run:
    """One call of `colorize_film`."""

    def __init__(
        self,
        plan: FilmPlan,
        colorizer: Colorizer,
        journal: Journal,
        observer: Observer | None,
        stop: Event | None,
    ) -> None:
        self._plan, self._colorizer, self._journal = plan, colorizer, journal
        self._observer, self._stop = observer, stop
        self._clock, self._reader = Clock(), FilmReader(plan.facts)
        self._mark = journal.mark
        self._scenes = list(self._mark.scenes) if self._mark else []
        self._frames = self._resumed = self._mark.frames if self._mark else 0
        self._done_until = self._moment(self._mark.pts) if self._mark else -1.0
        self._began = time.perf_counter()

    def run(self, *, overwrite: bool) -> FilmResult:
        finished = self._colour()
        if finished and not self._frames:
            raise FilmReadError(
                f"{self._plan.facts.path} has no frame that can be decoded in the part asked for"
            )
        if finished:
            self._tell("joining")
            with self._clock("join"):
                self._join(overwrite=overwrite)
            self._journal.remove()
        lost, patched = self._damage(float("inf"))
        damage = Damage(list(lost), list(patched), self._reader.damage.ends_early)
        return FilmResult(
            self._plan.target, finished, self._frames, self._resumed, tuple(self._scenes),
            self._plan.notes, tuple(damage.notes()), lost, patched,
            time.perf_counter() - self._began, dict(self._clock.seconds),
        )  # fmt: skip

    def _colour(self) -> bool:
        """Colour what is left, segment by segment; False if it was stopped."""
        encoder: SegmentEncoder | None = None
        last: Coloured | None = None
        count = 0
        frames = painted_frames(self._plan, self._colorizer, self._reader, self._mark, self._clock)
        with closing(frames):
            for painted, coloured in frames:
                if self._stop is not None and self._stop.is_set():
                    return False
                if encoder is not None and last is not None and _ends(coloured.starts, count):
                    self._end_segment(encoder, last, starts=coloured.starts)
                    encoder = None
                if encoder is None:
                    encoder, count = SegmentEncoder(self._plan.encoding), 0
                with self._clock("encode"):
                    for packet in encoder.encode(painted):
                        self._journal.add(packet)
                if coloured.starts:
                    self._scenes.append(coloured.look.frame.seconds)
                last, count = coloured, count + 1
                self._frames += 1
                self._tell("colouring")
        if encoder is not None and last is not None:
            self._end_segment(encoder, last, starts=False)
        return True

    def _end_segment(self, encoder: SegmentEncoder, last: Coloured, *, starts: bool) -> None:
        with self._clock("encode"):
            for packet in encoder.finish():
                self._journal.add(packet)
        frame = last.look.frame
        lost, patched = self._damage(frame.seconds)
        state = None if starts else last.state
        self._journal.add_mark(
            Mark(frame.pts, self._frames, tuple(self._scenes), starts, state, lost, patched)
        )

    def _damage(self, until: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Moments of frames lost, and of frames patched, up to one; earlier runs' among them."""
        damage, mark = self._reader.damage, self._mark
        lost, patched = (
            tuple(moment for moment in moments if self._done_until < moment <= until)
            for moments in (damage.lost, damage.patched)
        )
        if mark is None:
            return lost, patched
        return (*mark.lost, *lost), (*mark.patched, *patched)

    def _moment(self, pts: int) -> float:
        facts = self._plan.facts
        return float((pts - facts.start) * facts.time_base)

    def _join(self, *, overwrite: bool) -> None:
        plan = self._plan
        facts, settings = plan.facts, plan.settings
        clock = facts.start * facts.time_base
        begin = clock + Fraction(settings.start) if settings.start > 0 else None
        end = None if settings.end is None else clock + Fraction(settings.end)
        part = Part(facts.origin if begin is None else begin, begin, end)
        provenance = ""
        if settings.provenance:
            from tomau import __version__

            card = self._colorizer.card
            provenance = f"colourized by tomau {__version__}, model {card.name}, {card.sha256}"
        join_film(
            plan.target, plan.container, plan.encoding, self._journal.packets, facts,
            part, list(plan.kept), provenance, overwrite=overwrite,
        )  # fmt: skip

    def _tell(self, phase: Literal["colouring", "joining"]) -> None:
        if self._observer is None:
            return
        seconds = max(time.perf_counter() - self._began, 1e-6)
        rate = (self._frames - self._resumed) / seconds
        total = self._plan.total
        left = None
        if total is not None and rate > 0:
            left = max(0, total - self._frames) / rate
        self._observer(Progress(self._frames, total, rate, left, len(self._scenes), phase))


def _ends(starts: bool, count: int) -> bool:
    """Whether a segment of so many frames ends before a frame that begins a scene, or does not."""
    return count >= _MOST_SEGMENT or (starts and count >= _LEAST_SEGMENT)
