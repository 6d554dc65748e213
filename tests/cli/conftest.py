from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from typer.testing import CliRunner

from tomau.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


class Tomau(Protocol):
    def __call__(self, *arguments: str | Path, stdin: bytes | None = None) -> Result: ...


@pytest.fixture
def tomau() -> Tomau:
    """Calls the command as a shell would, in this process."""
    runner = CliRunner()

    def call(*arguments: str | Path, stdin: bytes | None = None) -> Result:
        return runner.invoke(app, [str(part) for part in arguments], input=stdin)

    return call


@pytest.fixture
def colorize(tomau: Tomau, tiny_model: Path) -> Tomau:
    """Calls ``tomau colorize`` with the tiny model."""

    def call(*arguments: str | Path, stdin: bytes | None = None) -> Result:
        return tomau("colorize", "-m", tiny_model, *arguments, stdin=stdin)

    return call
