"""From a film's file to finished frames: three stages that work at the same time."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from typing import TYPE_CHECKING

from tomau.video.ahead import ahead
from tomau.video.cuts import WINDOW, with_cuts
from tomau.video.looking import asker, film_size, looks
from tomau.video.painting import Painter
from tomau.video.steadying import Alone, Steadier

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tomau.runtime import Colorizer
    from tomau.video.journal import Mark
    from tomau.video.looking import Look
    from tomau.video.painting import Painted
    from tomau.video.plan import FilmPlan
    from tomau.video.progress import Clock
    from tomau.video.reading import FilmReader, Frame
    from tomau.video.steadying import Coloured

# Frames that a stage runs ahead of the next one.
_AHEAD = 4


def painted_frames(
    plan: FilmPlan, colorizer: Colorizer, reader: FilmReader, mark: Mark | None, clock: Clock
) -> Generator[tuple[Painted, Coloured], None, None]:
    """Finish all frames that are left, in order; closing it ends its threads.

    Args:
        plan: what is to be done.
        colorizer: the model.
        reader: of the film; it counts what is damaged.
        mark: where an earlier run stopped; None from the beginning.
        clock: adds up the seconds of the stages.

    Raises:
        FilmReadError: the film cannot be opened any more.
        ModelError: the network failed.
    """
    size = film_size(plan.facts, plan.settings.size, colorizer.card)
    read = _read(plan, reader, mark)
    seen = ahead(clock.items("decode", looks(read, plan.facts, size)), _AHEAD)
    steady = _steadier(plan, colorizer, mark, clock)
    painter = Painter(
        plan.facts.coding, plan.encoding.coding, plan.encoding.chroma,
        plan.settings.strength, plan.settings.keep_luma,
    )  # fmt: skip

    # Each stage closes the one before it, whatever ends it.
    def coloured() -> Iterator[Coloured]:
        with closing(seen):
            yield from clock.items("colour", steady.colours(_left(seen, mark)))

    def painted() -> Iterator[tuple[Painted, Coloured]]:
        with closing(ahead(coloured(), _AHEAD)) as items:
            for item in items:
                frame = item.look.frame
                with clock("paint"):
                    made = painter(frame.pts, frame.luma, item.state.ab)
                yield made, item

    return ahead(painted(), _AHEAD)


def _read(plan: FilmPlan, reader: FilmReader, mark: Mark | None) -> Iterator[Frame]:
    """Decode the part that is asked for, from where it is not done yet."""
    facts, settings = plan.facts, plan.settings
    start = None
    if settings.start > 0:
        start = facts.start + round(Fraction(settings.start) / facts.time_base)
    if mark is not None:
        # The first new frame's cut is told from some before it.
        before = (2 * WINDOW + 2) / (facts.rate * facts.time_base)
        start = max(start or facts.start, mark.pts - round(before))
    for frame in reader.frames(start):
        if settings.end is not None and frame.seconds >= settings.end:
            return
        yield frame


def _left(seen: Iterator[Look], mark: Mark | None) -> Iterator[tuple[Look, bool]]:
    """What an earlier run did not do, and whether scenes begin."""
    cuts = with_cuts(seen, starts=mark is None)
    if mark is None:
        yield from cuts
        return
    is_first = True
    for look, starts in cuts:
        if look.frame.pts > mark.pts:
            yield look, mark.starts if is_first else starts
            is_first = False


def _steadier(
    plan: FilmPlan, colorizer: Colorizer, mark: Mark | None, clock: Clock
) -> Steadier | Alone:
    """What gives frames their colours, from the start or from where a run stopped."""
    facts, settings = plan.facts, plan.settings
    ask = asker(facts, settings, colorizer, clock)
    if not settings.steady:
        return Alone(ask)
    return Steadier(
        ask,
        every=settings.every,
        hints=settings.hints,
        half_a_frame=float(0.5 / facts.rate),
        state=None if mark is None else mark.state,
    )
