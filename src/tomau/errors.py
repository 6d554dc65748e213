"""Every error that tomau raises on purpose, with the exit code it ends a command with.

A message is one line: what came, what was expected, what to do next.
"""

from __future__ import annotations


class TomauError(Exception):
    """Root of the tree; a command that meets one prints it in one line and exits with its code."""

    exit_code = 1


class UsageError(TomauError):
    """The call itself cannot be carried out: a wrong option, name or configuration value."""

    exit_code = 2


class ImageReadError(TomauError):
    """A picture could not be read: damaged, not a picture, or too large."""


class ImageWriteError(TomauError):
    """A picture could not be written; what stood at the target before still stands there."""


class FilmReadError(TomauError):
    """A film could not be read: not a film, without a picture, or damaged throughout."""


class FilmWriteError(TomauError):
    """A film could not be written; what stood at the target before still stands there."""


class ModelError(TomauError):
    """A model is missing, damaged, or not of the kind that was asked for."""


class DataError(TomauError):
    """A folder or shard of training or evaluation photos cannot be used."""


class CheckpointError(TomauError):
    """A checkpoint or weights file does not fit the network it is loaded into."""


class TrainingError(TomauError):
    """A run cannot go on: a loss is not a number."""


class MissingExtraError(TomauError):
    """A feature needs packages of an extra that is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs packages that are not installed; "
            f'expected the extra "{extra}": pip install "tomau[{extra}]"'
        )
