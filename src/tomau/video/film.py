"""A film in, the same film in colour out: all stages joined, interruptible and resumable."""

from __future__ import annotations

import hashlib
import time
from contextlib import closing
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tomau.errors import FilmReadError, FilmWriteError, UsageError
from tomau.runtime.batch import make_folder
from tomau.runtime.prepared import check_strength
from tomau.video.ahead import ahead
from tomau.video.cuts import WINDOW, with_cuts
from tomau.video.encoding import SegmentEncoder, choose_encoding
from tomau.video.joining import Part, join_film, streams_kept
from tomau.video.journal import Journal, Mark, journal_of
from tomau.video.looking import film_size, looks
from tomau.video.painting import Painter
from tomau.video.progress import Clock, Progress
from tomau.video.reading import FilmReader, look_at_film
from tomau.video.settings import FilmSettings, container_of
from tomau.video.steadying import Alone, Steadier

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from threading import Event

    from tomau.runtime import Colorizer
    from tomau.runtime.prediction import Prediction
    from tomau.video.encoding import Encoding
    from tomau.video.looking import Look
    from tomau.video.painting import Painted
    from tomau.video.progress import Observer
    from tomau.video.reading import FilmFacts, Frame
    from tomau.video.steadying import Ask, Coloured

# Frames that a stage runs ahead of the next one.
_AHEAD = 4
# A segment ends where a scene does, after so many frames at least, and after so many in any case.
_LEAST_SEGMENT, _MOST_SEGMENT = 96, 240


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
        overwrite: whether a file at ``target`` may be replaced.

    Raises:
        FilmReadError: the film cannot be read, or no frame of it.
        FilmWriteError: it cannot be written, is there already, or another run is making it.
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
    journal = Journal(plan.target, _title(plan, colorizer))
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


def asker(facts: FilmFacts, settings: FilmSettings, colorizer: Colorizer, clock: Clock) -> Ask:
    """Return what says of a look which colours it has, with a person's edit throughout."""
    size = film_size(facts, settings.size, colorizer.card)
    pixels = min(size.height, size.width)
    width, height = facts.shown_size

    def ask(look: Look) -> Prediction:
        with clock("network"):
            said = colorizer.predict(look.l, size=pixels)
            return said if settings.edit is None else settings.edit(said, height, width)

    return ask


def steadier(
    facts: FilmFacts, settings: FilmSettings, ask: Ask, mark: Mark | None = None
) -> Steadier | Alone:
    """Return what gives frames their colours, from the start or from where a run stopped."""
    if not settings.steady:
        return Alone(ask)
    return Steadier(
        ask,
        every=settings.every,
        hints=settings.hints,
        half_a_frame=float(0.5 / facts.rate),
        state=None if mark is None else mark.state,
    )


def _title(plan: FilmPlan, colorizer: Colorizer) -> str:
    """What a journal is of: the same film, model and settings go on, others begin anew."""
    from tomau import __version__

    file = plan.facts.path.stat()
    asked = [
        f"{field.name}={getattr(plan.settings, field.name)!r}" for field in fields(FilmSettings)
    ]
    parts = (
        __version__, str(plan.facts.path.resolve()), file.st_size, file.st_mtime_ns,
        colorizer.card.sha256, plan.encoding, asked,
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
        damage = self._reader.damage
        damage.lost, damage.patched = list(lost), list(patched)
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
        with closing(self._painted()) as frames:
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

    def _painted(self) -> Generator[tuple[Painted, Coloured], None, None]:
        """All frames that are left, finished: three stages that work at the same time."""
        plan, clock = self._plan, self._clock
        size = film_size(plan.facts, plan.settings.size, self._colorizer.card)
        seen = ahead(clock.items("decode", looks(self._read(), plan.facts, size)), _AHEAD)
        ask = asker(plan.facts, plan.settings, self._colorizer, clock)
        steady = steadier(plan.facts, plan.settings, ask, self._mark)
        coloured = ahead(clock.items("colour", steady.colours(self._left(seen))), _AHEAD)
        painter = Painter(
            plan.facts.coding, plan.encoding.coding, plan.encoding.chroma,
            plan.settings.strength, plan.settings.keep_luma,
        )  # fmt: skip

        def painted() -> Iterator[tuple[Painted, Coloured]]:
            for item in coloured:
                frame = item.look.frame
                with clock("paint"):
                    made = painter(frame.pts, frame.luma, item.state.ab)
                yield made, item

        return ahead(painted(), _AHEAD)

    def _read(self) -> Iterator[Frame]:
        facts, settings = self._plan.facts, self._plan.settings
        start = None
        if settings.start > 0:
            start = facts.start + round(Fraction(settings.start) / facts.time_base)
        if self._mark is not None:
            # The first new frame's cut is told from some before it.
            before = (2 * WINDOW + 2) / (facts.rate * facts.time_base)
            start = max(start or facts.start, self._mark.pts - round(before))
        for frame in self._reader.frames(start):
            if settings.end is not None and frame.seconds >= settings.end:
                return
            yield frame

    def _left(self, seen: Iterator[Look]) -> Iterator[tuple[Look, bool]]:
        """What an earlier run did not do, and whether scenes begin."""
        mark = self._mark
        is_first = True
        for look, starts in with_cuts(seen, starts=mark is None):
            if mark is not None and look.frame.pts <= mark.pts:
                continue
            yield look, (mark.starts if is_first and mark is not None else starts)
            is_first = False

    def _damage(self, until: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Moments of damage up to one, with those that an earlier run told of."""
        damage, mark = self._reader.damage, self._mark
        before = (mark.lost, mark.patched) if mark is not None else ((), ())
        lost, patched = (
            (*old, *(m for m in new if self._done_until < m <= until))
            for old, new in zip(before, (damage.lost, damage.patched), strict=True)
        )
        return lost, patched

    def _moment(self, pts: int) -> float:
        facts = self._plan.facts
        return float((pts - facts.start) * facts.time_base)

    def _join(self, *, overwrite: bool) -> None:
        plan = self._plan
        facts, settings = plan.facts, plan.settings
        clock = facts.start * facts.time_base
        is_part = settings.start > 0
        origin = clock + Fraction(settings.start) if is_part else facts.origin
        end = None if settings.end is None else clock + Fraction(settings.end)
        provenance = ""
        if settings.provenance:
            from tomau import __version__

            card = self._colorizer.card
            provenance = f"colourized by tomau {__version__}, model {card.name}, {card.sha256}"
        join_film(
            plan.target, plan.container, plan.encoding, self._journal.packets, facts,
            Part(origin, end), list(plan.kept), provenance, overwrite=overwrite,
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
