"""``python -m tomau`` is the command ``tomau``."""

from __future__ import annotations

from tomau.cli.app import main

if __name__ == "__main__":
    main()
