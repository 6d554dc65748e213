"""Importing the server, which needs the packages of an extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomau.errors import MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType


def load_launch() -> ModuleType:
    """Import what starts the server.

    Raises:
        MissingExtraError: its packages are not installed.
    """
    try:
        from tomau.server import launch
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "tomau":
            raise
        raise MissingExtraError("the server", "web") from error
    return launch
