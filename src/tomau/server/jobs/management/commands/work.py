"""``python -m tomau.server work``: work on jobs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tomau.server.jobs.worker import work


class Command(BaseCommand):
    """Work on jobs until Ctrl-C."""

    help = "Work on jobs until Ctrl-C; the photograph in work is finished first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--batch``."""
        parser.add_argument("--batch", action="store_true", help="end when nothing waits")

    def handle(self, *, batch: bool = False, **options: Any) -> None:
        """Work."""
        del options
        work(batch=batch)
