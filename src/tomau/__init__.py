"""tomau colourizes black-and-white photographs and keeps their own luminance exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tomau.edits.coloring import Scribbles
    from tomau.edits.hints import Hints, Stroke
    from tomau.edits.references import Reference
    from tomau.runtime import Colorizer, Prepared, colorize, load_model

__version__ = "0.1.0"
__all__ = [
    "Colorizer",
    "Hints",
    "Prepared",
    "Reference",
    "Scribbles",
    "Stroke",
    "__version__",
    "colorize",
    "load_model",
]

_PLACES = {
    "Colorizer": "tomau.runtime",
    "Hints": "tomau.edits.hints",
    "Prepared": "tomau.runtime",
    "Reference": "tomau.edits.references",
    "Scribbles": "tomau.edits.coloring",
    "Stroke": "tomau.edits.hints",
    "colorize": "tomau.runtime",
    "load_model": "tomau.runtime",
}


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that ``import tomau`` stays light."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
