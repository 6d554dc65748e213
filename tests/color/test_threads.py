from __future__ import annotations

import threading

import pytest

from tomau.color.threads import over_threads


def test_one_thread_is_the_asking_one() -> None:
    with over_threads(1) as apply:
        assert set(apply(lambda _: threading.get_ident(), range(4))) == {threading.get_ident()}


def test_several_work_at_once_and_answer_in_order() -> None:
    together = threading.Barrier(2, timeout=10)

    def meet(number: int) -> int:
        together.wait()  # breaks unless two are here
        return number

    with over_threads(2) as apply:
        assert list(apply(meet, range(4))) == [0, 1, 2, 3]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_comes_to_the_one_that_asks(threads: int) -> None:
    with over_threads(threads) as apply, pytest.raises(ZeroDivisionError):
        list(apply(lambda number: 1 / number, [1, 0]))
