from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import make_photo
from tomau.data import (
    PackOptions,
    find_photos,
    first_photos,
    from_sources,
    open_pack,
    split_pack,
)
from tomau.data.pack import mean_chroma
from tomau.errors import DataError

OPTIONS = PackOptions(short_side=64, min_chroma=5.0, min_side=32)


def test_pack_keeps_the_usable_and_says_why_others_are_left_out(
    photo_tree: Path, tmp_path: Path
) -> None:
    pack = open_pack(photo_tree, tmp_path / "cache", OPTIONS)
    assert len(pack) == 9
    assert set(pack.left_out) == {"broken", "gray", "tiny"}
    assert "near-gray" in pack.left_out["gray"]
    assert "short side 20" in pack.left_out["tiny"]


def test_photos_are_reduced_to_the_short_side_with_their_aspect(
    photo_tree: Path, tmp_path: Path
) -> None:
    pack = open_pack(photo_tree, tmp_path / "cache", OPTIONS)
    assert {tuple(shape) for shape in pack.shapes} == {(64, 85)}
    small = make_photo(int(pack.keys[4][-1])).resize((85, 64))
    difference = np.abs(pack.photo(4).astype(int) - np.asarray(small).astype(int))
    assert difference.mean() < 4


def test_photos_that_are_small_enough_are_kept_bit_for_bit(
    photo_tree: Path, tmp_path: Path
) -> None:
    pack = open_pack(photo_tree, tmp_path / "cache", PackOptions(96, 5.0, 32))
    index = pack.keys.index("deep/p3")
    np.testing.assert_array_equal(pack.photo(index), np.asarray(make_photo(3)))


def test_second_opening_decodes_nothing_and_other_options_make_another_pack(
    photo_tree: Path, tmp_path: Path
) -> None:
    counts: list[int] = []
    open_pack(photo_tree, tmp_path / "cache", OPTIONS, progress=counts.append)
    assert counts == list(range(1, 13))
    open_pack(photo_tree, tmp_path / "cache", OPTIONS, progress=counts.append)
    assert len(counts) == 12
    open_pack(photo_tree, tmp_path / "cache", PackOptions(48, 5.0, 32), progress=counts.append)
    assert len(counts) == 24


def test_pack_cut_off_while_it_was_made_is_made_again(photo_tree: Path, tmp_path: Path) -> None:
    def stop(count: int) -> None:
        if count == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_pack(photo_tree, tmp_path / "cache", OPTIONS, progress=stop)
    assert len(open_pack(photo_tree, tmp_path / "cache", OPTIONS)) == 9


def test_no_usable_photo_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    make_photo(1).convert("L").save(tmp_path / "photos" / "g.png")
    with pytest.raises(DataError, match="near-gray"):
        open_pack(tmp_path / "photos", tmp_path / "cache", OPTIONS)


def test_split_is_a_partition_that_new_photos_do_not_disturb(
    photo_tree: Path, tmp_path: Path
) -> None:
    before = split_pack(open_pack(photo_tree, tmp_path / "cache", OPTIONS), 0.4)
    assert {*before[0].keys, *before[1].keys} == {f"p{i}" for i in range(0, 9, 2)} | {
        f"deep/p{i}" for i in range(1, 9, 2)
    }
    assert not {*before[0].keys} & {*before[1].keys}
    make_photo(99).save(photo_tree / "aaa-new.png")
    after = split_pack(open_pack(photo_tree, tmp_path / "cache", OPTIONS), 0.4)
    assert {*before[1].keys} == {*after[1].keys} - {"aaa-new"}


def test_mean_chroma_of_gray_is_zero_and_of_red_is_reds() -> None:
    gray = np.full((8, 8, 3), 120, np.uint8)
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    assert mean_chroma(gray) < 0.01
    assert mean_chroma(red) == pytest.approx(104.55, abs=0.05)


def test_smaller_limit_is_a_part_of_a_larger(photo_tree: Path, tmp_path: Path) -> None:
    pack = open_pack(photo_tree, tmp_path / "cache", OPTIONS)
    few, more = first_photos(pack, 3), first_photos(pack, 6)
    assert len(few) == 3
    assert {*few.keys} < {*more.keys}
    assert np.array_equal(few.photo(0), pack.photo(pack.keys.index(few.keys[0])))
    with pytest.raises(DataError, match=r"lower data\.limit"):
        first_photos(pack, len(pack) + 1)


def test_sources_choose_photos_by_the_csv(photo_tree: Path, tmp_path: Path) -> None:
    pack = open_pack(photo_tree, tmp_path / "cache", OPTIONS)
    index = tmp_path / "index.csv"
    rows = "".join(f"p{i},{'cats-a' if i < 4 else 'dogs'}\n" for i in range(9))
    index.write_text(f"key,source\n{rows}")
    cats = from_sources(pack, index, ["cats-*"])
    assert sorted(key.rpartition("/")[2] for key in cats.keys) == ["p0", "p1", "p2", "p3"]
    with pytest.raises(DataError, match="called 'birds'"):
        from_sources(pack, index, ["dogs", "birds"])
    with pytest.raises(DataError, match="columns key and source"):
        from_sources(pack, tmp_path / "none.csv", ["dogs"])


def test_index_of_before_there_were_layers_is_still_read(photo_tree: Path, tmp_path: Path) -> None:
    pack = open_pack(photo_tree, tmp_path / "cache", OPTIONS)
    (file,) = (tmp_path / "cache").glob("*/index.json")
    source = find_photos(photo_tree)
    identity = [1, str(photo_tree.resolve()), source.fingerprint(), asdict(OPTIONS)]
    assert file.parent.name == hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    index = json.loads(file.read_text())
    del index["layers"]
    file.write_text(json.dumps(index))
    again = open_pack(photo_tree, tmp_path / "cache", OPTIONS)
    assert again.keys == pack.keys
    np.testing.assert_array_equal(again.photo(8), pack.photo(8))
