"""Each rater's own order of a survey, the same whenever the rater comes back."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

_FAR = 3  # a repeat is shown a third of the survey away from the first time, if there is room


@dataclass(frozen=True)
class Shown:
    """What is to be put in order: an item's id, and the id of the item that it repeats."""

    id: Hashable
    repeats: Hashable | None = None


def own_order(rater: str, items: Sequence[Shown]) -> list[Hashable]:
    """Ids in the order of one rater, who is all that chance depends on.

    A repeat stands as far from what it repeats as a third of the survey, before or behind it;
    in a survey too short for that, as far as it can.
    """
    chance = random.Random(_seed(rater))
    order: list[Hashable] = [item.id for item in items if item.repeats is None]
    chance.shuffle(order)
    far = max(1, len(items) // _FAR)
    for item in items:
        if item.repeats is None:
            continue
        if item.repeats not in order:
            order.insert(chance.randint(0, len(order)), item.id)
            continue
        place = order.index(item.repeats)
        # Before place k it stands place - k + 1 away, behind it k - place.
        room = [
            k for k in range(len(order) + 1) if (place - k + 1 if k <= place else k - place) > far
        ]
        end = 0 if place > len(order) / 2 else len(order)
        order.insert(chance.choice(room) if room else end, item.id)
    return order


def first_is_left(rater: str, item: Hashable, repeats: Hashable | None = None) -> bool:
    """Whether a pair's first picture stands at the left for one rater.

    A pair that is shown again has its sides swapped, so that answers to sides, not to pictures,
    are seen.
    """
    if repeats is not None:
        return not first_is_left(rater, repeats)
    return _seed(f"{rater} {item}") % 2 == 0


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
