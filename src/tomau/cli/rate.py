"""Columns of the progress bar: how quickly it goes, and what has failed so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import ProgressColumn
from rich.text import Text

if TYPE_CHECKING:
    from rich.progress import Task


class RateColumn(ProgressColumn):
    """Items a second, of the last half minute."""

    def render(self, task: Task) -> Text:
        """The rate as text; empty until there is one."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s", style="progress.data.speed")


class FailuresColumn(ProgressColumn):
    """How many items failed so far; nothing as long as none did."""

    def render(self, task: Task) -> Text:
        """The number as text."""
        failures = task.fields["failures"]
        return Text(f"{failures} failed" if failures else "", style="red")
