"""Packages of the extra ``formats``, imported when a file needs them and not before."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from tomau.errors import MissingExtraError

EXTRA = "formats"
KEEPS_DEPTH = f'pip install "tomau[{EXTRA}]" keeps them'


def has_deep() -> bool:
    """Whether the packages are there that read and write more than 8 bits per channel.

    >>> isinstance(has_deep(), bool)
    True
    """
    return all(importlib.util.find_spec(name) for name in ("imagecodecs", "tifffile"))


def load(package: str, feature: str) -> Any:
    """Import a package of the extra; ``feature`` is what needs it, "HEIF files".

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise MissingExtraError(feature, EXTRA) from error
