from __future__ import annotations

import pytest

from tomau.server.survey.order import Shown, first_is_left, own_order


def made(items: int, repeats: int) -> list[Shown]:
    return [Shown(k) for k in range(items)] + [Shown(f"again {k}", k) for k in range(repeats)]


@pytest.mark.parametrize(("items", "repeats"), [(1, 0), (1, 1), (3, 2), (20, 5), (20, 20), (2, 2)])
def test_everything_is_shown_once_and_repeats_stand_apart(items: int, repeats: int) -> None:
    for rater in range(30):
        order = own_order(str(rater), made(items, repeats))
        assert sorted(map(str, order)) == sorted(str(one.id) for one in made(items, repeats))
        for k in range(repeats):
            apart = abs(order.index(k) - order.index(f"again {k}"))
            assert apart >= 1
            if items >= 20:
                assert apart > (items + repeats) // 3


def test_an_order_depends_on_the_rater_alone() -> None:
    # Written down: an order that changes with a release would mix up those who come back.
    assert own_order("somebody", made(6, 2)) == own_order("somebody", made(6, 2))
    assert own_order("somebody", made(6, 0)) == WRITTEN_DOWN
    assert own_order("somebody else", made(6, 0)) != WRITTEN_DOWN


WRITTEN_DOWN = [2, 5, 3, 1, 0, 4]


def test_every_picture_comes_first_about_as_often() -> None:
    firsts = [own_order(str(rater), made(4, 0))[0] for rater in range(400)]
    assert all(70 <= firsts.count(k) <= 130 for k in range(4))


def test_sides_are_even_and_swapped_for_a_repeat() -> None:
    sides = [first_is_left(str(rater), "pair") for rater in range(400)]
    assert 160 <= sum(sides) <= 240
    again = [first_is_left(str(rater), "again", "pair") for rater in range(400)]
    assert again == [not side for side in sides]
