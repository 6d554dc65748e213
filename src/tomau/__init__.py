"""tomau colourizes black-and-white photographs and keeps their own luminance exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tomau.runtime import Colorizer, colorize, load_model

__version__ = "0.1.0"
__all__ = ["Colorizer", "__version__", "colorize", "load_model"]


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that ``import tomau`` stays light."""
    if name in {"Colorizer", "colorize", "load_model"}:
        from tomau import runtime

        return getattr(runtime, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
