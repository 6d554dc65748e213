from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tomau.server.accounts.models import Visits
from tomau.server.accounts.visits import count_visit, forget_old_visits

START = 1_800_000_000.0  # a full minute


def visit(seconds: float, *, key: str = "login/an", most: int = 3) -> float:
    return count_visit(key, most, 60, START + seconds)


@pytest.mark.django_db
def test_so_many_are_within_the_rate_and_no_more() -> None:
    assert [visit(at) for at in (0, 1, 2)] == [0, 0, 0]
    assert visit(3) > 0
    assert visit(3, key="login/binh") == 0
    assert Visits.objects.get(key="login/an").count == 3


@pytest.mark.django_db
def test_who_waits_as_long_as_told_is_let_in_and_not_sooner() -> None:
    for at in (30, 31, 32):
        visit(at)
    wait = visit(40)
    assert 20 < wait < 60
    assert visit(40 + wait - 1) > 0
    assert visit(40 + wait + 0.01) == 0


@pytest.mark.django_db
def test_at_the_turn_of_the_minute_the_last_one_still_counts() -> None:
    for at in (57, 58, 59):
        visit(at)
    wait = visit(61)
    assert 0 < wait < 20
    assert visit(61 + wait + 0.01) == 0
    assert visit(61 + wait + 0.02) > 0


@pytest.mark.django_db
def test_after_a_long_time_nothing_counts() -> None:
    for at in (0, 1, 2):
        visit(at)
    assert [visit(200 + at) for at in range(4)][:3] == [0, 0, 0]


@pytest.mark.django_db
def test_in_no_minute_do_many_more_come_in_than_the_rate() -> None:
    entered = [at for at in range(600) if visit(at, most=10) == 0]
    fullest = max(sum(start <= at < start + 60 for at in entered) for start in range(540))
    assert 10 <= fullest <= 14
    assert len(entered) >= 85


@pytest.mark.django_db
def test_old_counts_are_deleted() -> None:
    visit(0)
    visit(100, key="login/binh")
    when = datetime.fromtimestamp(START + 125, UTC)
    assert forget_old_visits(when) == 1
    assert [row.key for row in Visits.objects.all()] == ["login/binh"]
