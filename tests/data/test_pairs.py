from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.conftest import make_photo
from tomau.data import BatchPlan, CropOptions, Pack, PairShape, make_batch, open_pairs
from tomau.errors import DataError


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """Six pairs at two depths, gray to RGB."""
    inputs, targets = tmp_path / "inputs", tmp_path / "targets"
    for seed in range(6):
        folder = "deep" if seed % 2 else "."
        photo = make_photo(seed)
        _save(photo.convert("L"), inputs / folder / f"p{seed}.png")
        _save(photo, targets / folder / f"p{seed}.tif")
    return inputs, targets


def _save(photo: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    photo.save(path)


def _save_array(array: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, array)


def _open(trees: tuple[Path, Path], **options: object) -> tuple[Pack, PairShape]:
    cache = trees[0].parent / "cache"
    return open_pairs(*trees, cache, **({"short_side": 96, "min_side": 32} | options))


def test_pair_lies_in_the_pack_as_input_then_target(trees: tuple[Path, Path]) -> None:
    pack, shape = _open(trees)
    assert (shape, pack.channels) == (PairShape(1, 3), 4)
    assert pack.keys == ("deep/p1", "deep/p3", "deep/p5", "p0", "p2", "p4")
    assert pack.left_out == {}
    for index, key in enumerate(pack.keys):
        photo = make_photo(int(key[-1]))
        np.testing.assert_array_equal(pack.photo(index)[..., 0], np.asarray(photo.convert("L")))
        np.testing.assert_array_equal(pack.photo(index)[..., 1:], np.asarray(photo))


def test_pairs_are_reduced_together(trees: tuple[Path, Path]) -> None:
    pack, _ = _open(trees, short_side=48)
    assert {tuple(shape) for shape in pack.shapes} == {(48, 64)}
    expected = make_photo(0).resize((64, 48), Image.Resampling.BOX)
    np.testing.assert_array_equal(pack.photo(3)[..., 1:], np.asarray(expected))


@pytest.mark.parametrize("channels", [(3, 1), (1, 1), (3, 3), (4, 2), (1, 7)])
def test_any_channel_counts_are_paired_and_cut(tmp_path: Path, channels: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    smooth = np.stack([make_photo(seed).convert("L") for seed in range(sum(channels))], axis=2)
    both = np.stack([np.roll(smooth, int(random.integers(9)), axis=1) for _ in range(2)])
    for number, pixels in enumerate(both):
        _save_array(pixels[..., : channels[0]], tmp_path / "a" / f"{number}.npy")
        _save_array(pixels[..., channels[0] :], tmp_path / "b" / f"{number}.npy")
    pack, shape = _open((tmp_path / "a", tmp_path / "b"))
    assert (shape.inputs, shape.outputs) == channels
    np.testing.assert_array_equal(pack.photo(1), both[1])
    plan, crop = BatchPlan(2, 2, seed=0), CropOptions(32, 0.6)
    batch = make_batch(pack, plan, crop, 0)
    assert batch.shape == (2, 32, 32, sum(channels))
    # Every channel is cut as if it were alone.
    for channel in range(sum(channels)):
        planes = np.concatenate([pixels[..., channel].reshape(-1) for pixels in both])
        sizes = np.array([96 * 128, 96 * 128])
        alone = Pack(pack.keys, pack.shapes, np.cumsum(sizes) - sizes, planes, {}, channels=1)
        expected = make_batch(alone, plan, crop, 0)[..., 0]
        np.testing.assert_array_equal(batch[..., channel], expected)


def test_arrays_pair_with_pictures_and_transparency_is_dropped(tmp_path: Path) -> None:
    gray = np.asarray(make_photo(1).convert("L"))
    photo = make_photo(2)
    photo.putalpha(Image.fromarray(gray))
    _save_array(gray, tmp_path / "a" / "x.npy")
    _save(photo, tmp_path / "b" / "x.png")
    pack, shape = _open((tmp_path / "a", tmp_path / "b"))
    assert shape == PairShape(1, 3)
    np.testing.assert_array_equal(pack.photo(0)[..., 0], gray)
    np.testing.assert_array_equal(pack.photo(0)[..., 1:], np.asarray(make_photo(2)))


def test_what_is_left_out_is_named_with_its_reason(trees: tuple[Path, Path]) -> None:
    inputs, targets = trees
    _save(make_photo(7), inputs / "alone.png")
    _save(make_photo(7), targets / "lonely.png")
    for folder in trees:
        _save(make_photo(7, 20, 20), folder / "tiny.png")
        _save(make_photo(8).convert("L"), folder / "gray.png")
        _save_array(np.zeros((96, 128), np.float32), folder / "float.npy")
        _save(make_photo(9).convert("L"), folder / "broken.png")
        _save(make_photo(9), folder / "larger.png")
        _save(make_photo(9), folder / "twice.png")
    _save(make_photo(9), targets / "twice.jpg")
    _save(make_photo(9, 100, 128), targets / "larger.png")
    (targets / "broken.png").write_bytes(b"not a picture")
    (targets / "empty.npy").write_bytes(b"")
    (inputs / "empty.npy").write_bytes(b"")
    pack, shape = _open(trees)
    assert (len(pack), shape) == (6, PairShape(1, 3))
    assert pack.left_out.pop("alone") == "an input without a target"
    assert pack.left_out.pop("lonely") == "a target without an input"
    assert pack.left_out.pop("gray") == "channels 1 to 1; most pairs have 1 to 3"
    assert pack.left_out.pop("larger").startswith("the input is 128x96 and the target 128x100")
    assert "twice.jpg" in pack.left_out.pop("twice")
    assert "float32 of shape (96, 128)" in pack.left_out.pop("float")
    assert "short side 20" in pack.left_out.pop("tiny")
    assert "not a picture" in pack.left_out.pop("broken")
    assert "empty.npy: no whole array" in pack.left_out.pop("empty")
    assert pack.left_out == {}


def test_no_code_comes_out_of_an_array(trees: tuple[Path, Path]) -> None:
    for folder in trees:
        np.save(folder / "p.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    pack, _ = _open(trees)
    assert "no whole array" in pack.left_out["p"]


def test_second_opening_decodes_nothing_and_a_changed_tree_is_read_again(
    trees: tuple[Path, Path],
) -> None:
    counts: list[int] = []
    _open(trees, progress=counts.append)
    assert counts == [1, 2, 3, 4, 5, 6]
    _open(trees, progress=counts.append)
    assert len(counts) == 6
    for folder in trees:
        os.utime(next(folder.glob("p0.*")), (1, 1))
        _open(trees, progress=counts.append)
    assert len(counts) == 18


def test_folders_that_cannot_be_used_are_one_clear_error(trees: tuple[Path, Path]) -> None:
    inputs, targets = trees
    with pytest.raises(DataError, match="two folders of pictures"):
        _open((inputs / "none", targets))
    (inputs / "bare").mkdir()
    with pytest.raises(DataError, match=r"no pictures under .*\.npy"):
        _open((inputs / "bare", targets))
    with pytest.raises(DataError, match=r"has a partner.*p1\.png came, and deep/p1\.tif"):
        _open((inputs / "deep", targets))
    with pytest.raises(DataError, match=r"none of the 6 pairs.*short side 96"):
        _open(trees, min_side=97)
