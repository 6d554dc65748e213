from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.data.conftest import make_photo
from tomau.data import BatchPlan, CropOptions, PackOptions, make_batch, open_pack
from tomau.training.resident import ResidentPhotos


@pytest.mark.parametrize(("size", "scale"), [(32, 0.5), (48, 0.6), (64, 1.0)])
def test_crops_on_the_device_equal_those_of_the_loader(
    tmp_path: Path, size: int, scale: float
) -> None:
    for seed in range(6):
        make_photo(seed, 96 + 8 * seed, 80).save(tmp_path / f"{seed}.png")
    pack = open_pack(tmp_path, tmp_path / "cache", PackOptions(80))
    plan, crop = BatchPlan(len(pack), 4, seed=3), CropOptions(size, scale)
    resident = ResidentPhotos(pack, torch.device("cpu"))
    for number in range(3):
        expected = make_batch(pack, plan, crop, number).astype(int)
        got = resident.batch(plan, crop, number).numpy().astype(int)
        assert np.abs(got - expected).max() <= 2
        assert np.abs(got - expected).mean() < 0.3
