from __future__ import annotations

import numpy as np
import torch

from tomau.models.hints import paint_hints
from tomau.training.batch import age


def test_hint_reveals_the_mean_colour_of_its_patch_and_nothing_else() -> None:
    ab = torch.randn(2, 2, 16, 16, generator=torch.Generator().manual_seed(0))
    hints = paint_hints(ab, np.array([[1, 4, 6, 3]]))
    expected = ab[1, :, 4:7, 6:9].mean(dim=(1, 2))
    assert hints.shape == (2, 3, 16, 16)
    torch.testing.assert_close(hints[1, :2, 5, 7], expected)
    assert float(hints[:, 2].sum()) == 9
    assert float(hints[0].abs().sum()) == 0
    outside = hints[1, :2] * (1 - hints[1, 2:])
    assert float(outside.abs().max()) == 0


def test_ageing_touches_its_share_and_stays_in_range() -> None:
    l = torch.rand(400, 1, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    worn = age(l, 0.5, np.random.default_rng(0))
    untouched = (worn == l).flatten(1).all(dim=1).float().mean()
    assert 0.42 < float(untouched) < 0.62
    assert worn.shape == l.shape
    assert float(worn.abs().max()) <= 1
    assert torch.equal(age(l, 0.0, np.random.default_rng(0)), l)


def test_ageing_depends_on_its_random_numbers_alone() -> None:
    l = torch.rand(8, 1, 16, 16) * 2 - 1
    first, again, other = (age(l, 1.0, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
