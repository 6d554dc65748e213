"""``python -m tomau.server``: Django's manage.py for this project (migrate, check, schema, ...)."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from tomau.server.home import make_home
from tomau.server.options import read_options


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomau.server.settings")
    make_home(read_options().home)
    execute_from_command_line(["python -m tomau.server", *sys.argv[1:]])


if __name__ == "__main__":
    main()
