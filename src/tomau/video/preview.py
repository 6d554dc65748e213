"""Some frames of a film in colour, for a person to judge before the whole of it is coloured."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tomau.color.ycbcr import convert_luma, decode
from tomau.errors import FilmReadError
from tomau.video.looking import COMPUTERS, asker, film_size, looks
from tomau.video.painting import Painter
from tomau.video.progress import Clock
from tomau.video.reading import FilmReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tomau.runtime import Colorizer
    from tomau.video.plan import FilmPlan


@dataclass(frozen=True, eq=False)
class PreviewFrame:
    """A frame as it is and in colour: its moment in seconds, (H, W) and (H, W, 3) uint8."""

    seconds: float
    gray: NDArray[np.uint8]
    rgb: NDArray[np.uint8]


def preview_film(plan: FilmPlan, colorizer: Colorizer, count: int) -> Iterator[PreviewFrame]:
    """Colour some frames, evenly spread over the part asked for, and those where hints begin.

    Each is coloured for itself, so that a frame of the finished film may differ a little.

    Raises:
        FilmReadError: none of them can be decoded.
        ModelError: the network failed.
    """
    facts, settings = plan.facts, plan.settings
    size = film_size(facts, settings.size, colorizer.card)
    ask = asker(facts, settings, colorizer, Clock())
    painter = Painter(facts.coding, COMPUTERS, "444", settings.strength, settings.keep_luma)
    found = False
    seen: set[int] = set()
    for moment in _moments(plan, count):
        start = facts.start + round(Fraction(moment) / facts.time_base)
        frames = FilmReader(facts).frames(start)
        look = next(looks(frames, facts, size), None)
        frames.close()
        if look is None or look.frame.pts in seen:
            continue
        found = True
        seen.add(look.frame.pts)
        said = ask(look)
        if settings.hints is not None:
            half = float(0.5 / facts.rate)
            here = settings.hints.starting(look.frame.seconds - half, look.frame.seconds + half)
            said = settings.hints.correct(said, here)
        painted = painter(look.frame.pts, look.frame.luma, said.ab)
        rgb = np.rint(decode(painted.luma, painted.chroma, COMPUTERS) * 255).astype(np.uint8)
        gray = convert_luma(look.frame.luma, facts.coding, COMPUTERS)
        yield PreviewFrame(look.frame.seconds, gray, rgb)
    if not found:
        raise FilmReadError(f"{facts.path} has no frame that can be decoded in the part asked for")


def _moments(plan: FilmPlan, count: int) -> list[float]:
    """Moments in seconds, in order."""
    settings, half = plan.settings, float(0.5 / plan.facts.rate)
    ends = [end for end in (settings.end, plan.facts.seconds) if end is not None]
    end = min(ends, default=settings.start)
    spread = (end - settings.start) / max(count, 1)
    moments = [settings.start + (k + 0.5) * spread for k in range(count)]
    if settings.hints is not None:
        moments += [mark.seconds for mark in settings.hints.marks]
    return sorted({max(0.0, moment - half) for moment in moments})
