from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tomau.data import BatchPlan, CropOptions, Pack, PackOptions, make_batch, open_pack, prefetch

CROP = CropOptions(size=32, min_scale=0.5)


@pytest.fixture
def pack(photo_tree: Path, tmp_path: Path) -> Pack:
    return open_pack(photo_tree, tmp_path / "cache", PackOptions(64, 5.0, 32))


def test_batch_is_a_function_of_its_number(pack: Pack) -> None:
    plan = BatchPlan(len(pack), 4, seed=3)
    first, again = make_batch(pack, plan, CROP, 7), make_batch(pack, plan, CROP, 7)
    assert first.shape == (4, 32, 32, 3)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, make_batch(pack, plan, CROP, 8))


def test_epoch_shows_each_photo_once_in_a_new_order() -> None:
    plan = BatchPlan(photos=12, batch=4, seed=0)
    epochs = [np.concatenate([plan.indices(e * 3 + b) for b in range(3)]) for e in range(2)]
    for order in epochs:
        assert sorted(order) == list(range(12))
    assert not np.array_equal(*epochs)


def test_ranks_share_a_batch_without_overlap() -> None:
    whole = BatchPlan(20, 8, seed=1).indices(5)
    parts = [BatchPlan(20, 8, seed=1, rank=r, world=2).indices(5) for r in range(2)]
    assert sorted(np.concatenate(parts)) == sorted(whole)
    assert [len(part) for part in parts] == [4, 4]


def test_fewer_photos_than_a_batch_still_fill_it() -> None:
    assert len(BatchPlan(3, 8, seed=0).indices(0)) == 8


def _crops_of(picture: np.ndarray, crop: CropOptions, count: int) -> list[np.ndarray]:
    """Crops of a single picture, one batch of one after the other."""
    shapes, offsets = np.array([picture.shape[:2]]), np.array([0])
    pack = Pack(("p",), shapes, offsets, picture.reshape(-1), {}, channels=picture.shape[2])
    plan = BatchPlan(1, 1, seed=0)
    return [make_batch(pack, plan, crop, number)[0] for number in range(count)]


def test_crop_of_full_scale_is_the_picture_and_flip_mirrors_it() -> None:
    random = np.random.default_rng(0)
    picture = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
    crops = _crops_of(picture, CropOptions(32, 1.0), 40)
    mirrored = sum(np.array_equal(crop, picture[:, ::-1]) for crop in crops)
    same = sum(np.array_equal(crop, picture) for crop in crops)
    assert mirrored + same == 40
    assert 8 < mirrored < 32


def test_crop_takes_all_scales_and_every_place() -> None:
    ramp = np.zeros((64, 128, 3), np.uint8)
    ramp[..., 0] = np.arange(128)
    crops = _crops_of(ramp, CropOptions(32, 0.5, flip=False), 200)
    spans = [int(crop[..., 0].max()) - int(crop[..., 0].min()) for crop in crops]
    assert min(spans) < 36
    assert max(spans) > 58
    assert min(int(crop[..., 0].min()) for crop in crops) < 5
    assert max(int(crop[..., 0].max()) for crop in crops) > 122


def test_prefetch_yields_the_same_batches_and_stops_when_left(pack: Pack) -> None:
    plan = BatchPlan(len(pack), 4, seed=3)
    got = list(prefetch(pack, plan, CROP, 2, 6))
    for number, batch in enumerate(got, start=2):
        np.testing.assert_array_equal(batch, make_batch(pack, plan, CROP, number))
    stream = prefetch(pack, plan, CROP, 0, 1000)
    next(stream)
    stream.close()


def test_error_in_the_thread_is_raised_where_batches_are_used(pack: Pack) -> None:
    broken = Pack(pack.keys, pack.shapes, pack.offsets + 10**9, pack.pixels, {})
    with pytest.raises(ValueError, match="reshape"):
        next(prefetch(broken, BatchPlan(len(pack), 4, seed=0), CROP, 0, 5))
