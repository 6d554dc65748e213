from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.evaluation.made import made_photo, save
from tomau.errors import DataError
from tomau.evaluation import TruthPhotos

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four photographs, one of them damaged, and a second file called a."""
    for name in ("a.png", "b.png", "deep/c.png", "d.png"):
        save(made_photo(len(name)), tmp_path / "photos" / name)
    save(made_photo(9), tmp_path / "photos" / "a.webp")
    (tmp_path / "photos" / "b.png").write_bytes(b"no picture")
    return tmp_path / "photos"


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    path = tmp_path / "some.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("00.png", "01.png"):
            stream = io.BytesIO()
            Image.fromarray(made_photo(int(name[:2]))).save(stream, "PNG")
            member = tarfile.TarInfo(name)
            member.size = stream.tell()
            stream.seek(0)
            tar.addfile(member, stream)
    return path


def test_photographs_can_be_read_again_and_problems_are_told_once(folder: Path) -> None:
    photos = TruthPhotos(folder)
    assert photos.count == 5
    first, second = ([key for key, _ in photos] for _ in range(2))
    assert first == second == ["a", "d", "deep/c"]
    assert len(photos.problems) == 2
    assert "a: the name of two photographs" in photos.problems[0]
    assert photos.problems[1].startswith("b: ")


def test_a_limit_counts_photographs_that_can_be_read(folder: Path) -> None:
    photos = TruthPhotos(folder, limit=2)
    assert photos.count == 2
    assert [key for key, _ in photos] == ["a", "d"]


def test_only_some_keys(folder: Path) -> None:
    found = dict(TruthPhotos(folder).only(("deep/c", "a")))
    assert list(found) == ["a", "deep/c"]
    np.testing.assert_array_equal(found["a"], made_photo(len("a.png")))


def test_a_shard_begins_the_keys(shard: Path) -> None:
    photos = TruthPhotos(shard)
    assert (photos.count, photos.shard) == (None, "some")
    found = dict(photos)
    assert list(found) == ["some/00", "some/01"]
    np.testing.assert_array_equal(found["some/01"], made_photo(1))


def test_a_missing_place_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder or shard"):
        TruthPhotos(tmp_path / "gone")
