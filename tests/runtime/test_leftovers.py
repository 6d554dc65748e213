from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tomau.imaging.atomic import atomic_output
from tomau.runtime.leftovers import remove_leftovers

if TYPE_CHECKING:
    from pathlib import Path


def test_only_old_temporary_files_are_removed(tmp_path: Path) -> None:
    with atomic_output(tmp_path / "new.jpg", overwrite=False) as stream:
        (left,) = (path for path in tmp_path.iterdir())
        stream.write(b"x")
        stream.flush()
        now = left.stat().st_mtime
        assert remove_leftovers([tmp_path], now=now + 60) == 0
        copy = left.with_name(".tomau-0000.part")  # as a killed run leaves it
        copy.touch()
        os.utime(copy, (now - 7200, now - 7200))
        (tmp_path / "mine.part").touch()
        os.utime(tmp_path / "mine.part", (0, 0))
        assert remove_leftovers([tmp_path, tmp_path / "none"], now=now) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"new.jpg", "mine.part"}
