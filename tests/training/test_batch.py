from __future__ import annotations

import numpy as np
import torch

from tomau.models.hints import paint_hints
from tomau.training.batch import age, recolor


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


def two_things(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Photos of a dark red half and a light blue one."""
    l, ab = torch.full((count, 1, 32, 32), -0.5), torch.empty(count, 2, 32, 32)
    l[..., 16:] = 0.5
    ab[..., :16] = torch.tensor([0.4, 0.2])[:, None, None]
    ab[..., 16:] = torch.tensor([0.0, -0.4])[:, None, None]
    return l, ab


def test_recolouring_changes_one_thing_and_not_the_other() -> None:
    l, ab = two_things(40)
    wanted, patches = recolor(l, ab, 1.0, np.random.default_rng(0))
    change = (wanted - ab).abs().amax(dim=1)
    left, right = change[..., :16].amax(dim=(1, 2)), change[..., 16:].amax(dim=(1, 2))
    assert float(torch.minimum(left, right).max()) < 0.01
    assert float(torch.maximum(left, right).median()) > 0.15
    assert 5 < int((left > right).sum()) < 35
    assert patches[:, 0].tolist() == list(range(40))
    for photo, top, edge, side in patches.tolist():
        marked = change[photo, top + side // 2, edge + side // 2]
        assert float(marked) > 0.4 * float(change[photo].max())


def test_recolouring_leaves_the_other_share_alone() -> None:
    l, ab = two_things(200)
    wanted, patches = recolor(l, ab, 0.3, np.random.default_rng(0))
    changed = (wanted != ab).flatten(1).any(dim=1)
    assert 0.15 < float(changed.float().mean()) < 0.45
    assert changed.nonzero()[:, 0].tolist() == patches[:, 0].tolist()


def test_recoloured_chroma_stays_in_its_range() -> None:
    l, ab = two_things(50)
    assert float(recolor(l, ab * 2.4, 1.0, np.random.default_rng(0))[0].abs().max()) <= 1
