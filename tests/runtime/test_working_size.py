from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomau.errors import UsageError
from tomau.runtime import working_size as sizes
from tomau.runtime.working_size import (
    LONGEST_ASPECT,
    AskedSize,
    chosen_size,
    pad_to_stride,
    resize_luminance,
    working_size,
)

sides = st.integers(1, 30_000)


@given(sides, sides, st.integers(1, 1024), st.sampled_from([1, 8, 32]))
def test_rules_hold_for_every_shape(height: int, width: int, size: int, stride: int) -> None:
    target = working_size(height, width, size=size, stride=stride)
    short, long = sorted([target.height, target.width])
    assert 1 <= short <= size
    assert long <= LONGEST_ASPECT * size
    if max(height, width) <= LONGEST_ASPECT * min(height, width):
        assert short == size
    for side, padded in (
        (target.height, target.padded_height),
        (target.width, target.padded_width),
    ):
        assert padded % stride == 0
        assert 0 <= padded - side < stride


@given(sides, sides)
def test_the_aspect_ratio_is_kept_within_half_a_pixel(height: int, width: int) -> None:
    target = working_size(height, width, size=256, stride=32)
    scale = min(256 / min(height, width), 8 * 256 / max(height, width))
    assert abs(target.height - max(1, height * scale)) <= 0.5
    assert abs(target.width - max(1, width * scale)) <= 0.5


def test_a_size_below_one_is_refused() -> None:
    with pytest.raises(UsageError, match="working size 0 came"):
        working_size(10, 10, size=0, stride=32)


def test_shrinking_averages_a_halftone() -> None:
    rows, columns = np.mgrid[0:512, 0:768]
    dots = np.where((rows + columns) % 2 == 0, 20.0, 80.0).astype(np.float32)
    small = resize_luminance(dots, working_size(512, 768, size=96, stride=32))
    assert small.shape == (96, 144)
    assert small.dtype == np.float32
    np.testing.assert_allclose(small, 50.0, atol=0.5)


def test_an_edge_stays_where_it_is() -> None:
    l = np.zeros((400, 600), np.float32)
    l[:, 300:] = 100.0
    small = resize_luminance(l, working_size(400, 600, size=64, stride=32))
    np.testing.assert_allclose(small[:, :46], 0.0, atol=1e-4)
    np.testing.assert_allclose(small[:, 50:], 100.0, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (50, 20_000), (3, 2), (90, 140)])
def test_padding_reflects_and_crops_back(shape: tuple[int, int]) -> None:
    target = working_size(*shape, size=50, stride=32)
    l = np.random.default_rng(0).uniform(0, 100, (target.height, target.width)).astype(np.float32)
    padded = pad_to_stride(l, target)
    assert padded.shape == (target.padded_height, target.padded_width)
    np.testing.assert_array_equal(padded[: target.height, : target.width], l)
    if target.padded_height > target.height > 1:
        np.testing.assert_array_equal(padded[target.height, : target.width], l[-2])


@pytest.mark.parametrize(
    ("asked", "expected"), [(None, 256), (320, 320), (1024, 1024), ("auto", 384)]
)
def test_the_size_is_the_asked_one_or_the_cards_or_the_rules(
    asked: AskedSize, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "AUTO_FACTORS", ((0, 1.0), (400, 1.5)))
    assert chosen_size(asked, card_size=256, height=400, width=900) == expected


def test_auto_goes_by_the_short_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "AUTO_FACTORS", ((0, 1.0), (400, 1.5)))
    assert chosen_size("auto", card_size=256, height=399, width=9000) == 256
    assert chosen_size("auto", card_size=128, height=9000, width=400) == 192


def test_the_rule_begins_at_nothing_and_rises() -> None:
    leasts = [least for least, _ in sizes.AUTO_FACTORS]
    assert leasts[0] == 0
    assert leasts == sorted(set(leasts))
    assert all(factor > 0 for _, factor in sizes.AUTO_FACTORS)
