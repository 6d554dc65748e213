from __future__ import annotations

from tomau.server.kept import Kept


def kept_of(most: int, *words: str) -> Kept[str]:
    kept: Kept[str] = Kept(most)
    for word in words:
        kept.get_or_make((word, "x"), lambda word=word: word, len)  # type: ignore[misc]
    return kept


def test_what_was_used_last_is_kept_up_to_the_limit() -> None:
    kept = kept_of(10, "four", "three")
    assert kept.get(("four", "x")) == "four"
    kept.get_or_make(("six", "x"), lambda: "six", len)
    assert kept.get(("three", "x")) is None
    assert (kept.get(("four", "x")), kept.get(("six", "x")), len(kept)) == ("four", "six", 2)


def test_it_is_made_once_while_it_is_kept() -> None:
    kept, made = kept_of(10), []
    for _ in range(3):
        kept.get_or_make("a", lambda: made.append(1) or "value", len)  # type: ignore[func-returns-value]
    assert made == [1]


def test_what_is_too_heavy_is_answered_and_not_kept() -> None:
    kept = kept_of(3, "one")
    assert kept.get_or_make("a", lambda: "seven", len) == "seven"
    assert len(kept) == 0
    assert kept_of(3, "one").get(("one", "x")) == "one"


def test_all_of_a_photograph_is_forgotten_and_its_room_is_free() -> None:
    kept = kept_of(9, "one", "four")
    kept.forget("four")
    assert len(kept) == 1
    kept.get_or_make("a", lambda: "sixsix", len)
    assert len(kept) == 2
