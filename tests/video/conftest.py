from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.video.made import two_scenes, write_film
from tomau.runtime import Colorizer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def colorizer(tiny_model: Path) -> Colorizer:
    return Colorizer.load(tiny_model, threads=1)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A film of one second with a cut and sound; nothing is lost in its coding."""
    return write_film(tmp_path / "film.mkv", two_scenes(), sound="aac")
