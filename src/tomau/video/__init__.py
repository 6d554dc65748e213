"""Films: frames in, frames out, scene cuts, temporal stability, sound and time stamps copied.

Needs the extra ``video``. `colorize_film` does it all; `plan_film` only looks.
"""

from __future__ import annotations

from tomau.errors import MissingExtraError

try:
    import av  # noqa: F401
    import cv2  # noqa: F401
    import scenedetect  # noqa: F401
except ImportError as error:
    raise MissingExtraError("colouring films", "video") from error

from tomau.video.film import FilmResult, colorize_film, discard_film
from tomau.video.marks import FilmHints, Mark, read_film_hints
from tomau.video.plan import FilmPlan, plan_film
from tomau.video.preview import PreviewFrame, preview_film
from tomau.video.progress import Observer, Progress
from tomau.video.reading import FilmFacts, look_at_film
from tomau.video.settings import CODECS, SUFFIXES, FilmSettings, default_target

__all__ = [
    "CODECS",
    "SUFFIXES",
    "FilmFacts",
    "FilmHints",
    "FilmPlan",
    "FilmResult",
    "FilmSettings",
    "Mark",
    "Observer",
    "PreviewFrame",
    "Progress",
    "colorize_film",
    "default_target",
    "discard_film",
    "look_at_film",
    "plan_film",
    "preview_film",
    "read_film_hints",
]
