from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import encoded, make_photo
from tomau.data import find_photos, iter_photos
from tomau.errors import DataError

MakeShard = Callable[[str, dict[str, bytes]], Path]


def test_tree_is_walked_in_a_fixed_order_and_the_broken_is_named(photo_tree: Path) -> None:
    problems: dict[str, str] = {}
    keys = [key for key, _ in iter_photos(photo_tree, on_problem=problems.__setitem__)]
    assert keys == sorted(keys)
    assert "deep/p1" in keys
    assert list(problems) == ["broken"]


def test_gray_photo_comes_as_three_equal_channels(photo_tree: Path) -> None:
    photos = dict(iter_photos(photo_tree))
    assert photos["gray"].shape == (96, 128, 3)
    assert np.ptp(photos["gray"].astype(int), axis=2).max() == 0


def test_shards_give_the_pixels_that_went_in(make_shard: MakeShard) -> None:
    photos = {f"{i:03}": make_photo(i) for i in range(3)}
    members = {f"{key}.png": encoded(photo) for key, photo in photos.items()}
    shard = make_shard("train-000.tar", members | {"000.json": b"{}"})
    read = dict(iter_photos(shard))
    assert list(read) == ["train-000/000", "train-000/001", "train-000/002"]
    np.testing.assert_array_equal(read["train-000/001"], np.asarray(photos["001"]))


def test_glob_and_folder_find_the_same_shards(make_shard: MakeShard, tmp_path: Path) -> None:
    for number in (1, 0):
        make_shard(f"train-{number}.tar", {"a.png": encoded(make_photo(number))})
    by_glob = find_photos(f"{tmp_path}/train-*.tar")
    assert by_glob.shards == find_photos(tmp_path).shards
    assert [shard.name for shard in by_glob.shards] == ["train-0.tar", "train-1.tar"]


def test_truncated_shard_is_one_clear_error(make_shard: MakeShard) -> None:
    shard = make_shard("a.tar", {f"{i}.png": encoded(make_photo(i)) for i in range(3)})
    data = shard.read_bytes()
    shard.write_bytes(data[: len(data) // 3])
    with pytest.raises(DataError, match="damaged shard"):
        list(iter_photos(shard))


@pytest.mark.parametrize("place", ["nowhere", "nothing-*.tar"])
def test_nothing_there_is_one_clear_error(tmp_path: Path, place: str) -> None:
    with pytest.raises(DataError, match="expected"):
        find_photos(f"{tmp_path}/{place}")


def test_folder_without_photos_lists_what_counts_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(DataError, match=r"\.jpeg"):
        find_photos(tmp_path)
