"""Counts of what somebody asked, in the database: one count for all web processes.

A rate is so many requests in any stretch of time of its length. Counted are the clock's present
stretch and the one before, of which only that share counts which is no longer ago than that.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from django.db import transaction

from tomau.server.accounts.models import Visits

_LONGEST_KEY = 200


def count_visit(key: str, most: int, duration: float, now: float) -> float:
    """Count one request, unless the rate is used up.

    Args:
        key: whose requests these are, and of what kind.
        most: requests in ``duration``.
        duration: in seconds.
        now: seconds since 1970.

    Returns:
        0 where the request is within the rate, else the seconds until one will be.
    """
    window = math.floor(now / duration)
    passed = now / duration - window
    ends = datetime.fromtimestamp(now, UTC) + timedelta(seconds=2 * duration)
    start = {"window": window, "ends": ends}
    with transaction.atomic():
        # Of several at once, each waits here until the one before has counted.
        visits, _ = Visits.objects.select_for_update().get_or_create(
            key=key[:_LONGEST_KEY], defaults=start
        )
        if visits.window != window:
            visits.before = visits.count if visits.window == window - 1 else 0
            visits.window, visits.count = window, 0
        if visits.count + visits.before * (1 - passed) + 1 > most:
            return duration * _share_to_wait(visits, most, passed)
        visits.count, visits.ends = visits.count + 1, ends
        visits.save()
    return 0.0


def _share_to_wait(visits: Visits, most: int, passed: float) -> float:
    """The share of a stretch after which one more request is within the rate."""
    room = most - 1 - visits.count
    if room >= 0:  # the stretch before fades until there is room
        return max(0.0, 1 - passed - room / visits.before)
    # This stretch has to end, and then to fade itself.
    return 1 - passed + 1 - (most - 1) / visits.count


def forget_old_visits(now: datetime) -> int:
    """Delete counts that say nothing any more; answer how many."""
    deleted, _ = Visits.objects.filter(ends__lt=now).delete()
    return deleted
