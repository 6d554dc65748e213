"""The smaller parts: stages that run ahead, cuts, the journal, hints in files."""

from __future__ import annotations

import subprocess
import sys
import threading
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.video.made import look, panned, texture
from tomau.edits.hints import Stroke
from tomau.errors import FilmWriteError
from tomau.video.ahead import ahead
from tomau.video.cuts import with_cuts
from tomau.video.encoding import Packet
from tomau.video.journal import Journal, Mark, journal_of
from tomau.video.marks import read_film_hints
from tomau.video.steadying import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray


def test_items_come_in_order_and_no_more_than_a_few_ahead() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    for number in ahead(numbers(), 3):
        assert len(made) <= number + 5
    assert made == list(range(50))


def test_an_error_of_the_thread_is_raised_in_its_place() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    items = ahead(numbers(), 2)
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)


def test_closing_ends_all_stages() -> None:
    closed: list[str] = []

    def numbers() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.append("numbers")

    before = threading.active_count()
    inner = ahead(numbers(), 2)
    items = ahead(inner, 2)
    next(items)
    items.close()
    assert closed == ["numbers"]
    assert threading.active_count() == before


def cuts(frames: list[NDArray[np.uint8]]) -> list[int]:
    looks = [look(gray, k) for k, gray in enumerate(frames)]
    paired = list(with_cuts(looks))
    assert [seen.frame.pts for seen, _ in paired] == list(range(len(frames)))
    return [seen.frame.pts for seen, starts in paired if starts]


def test_cuts_are_found_and_only_they() -> None:
    other = [255 - frame // 2 for frame in panned(5, 12)]
    assert cuts([*panned(1, 20), *other, *panned(9, 15)]) == [0, 20, 32]
    assert cuts(panned(1, 40, step=6)) == [0]


def test_flicker_and_grain_are_no_cuts() -> None:
    random = np.random.default_rng(0)
    scene = texture(1)[:64, :96].astype(np.float32)
    worn = [
        np.clip(scene * (1 + random.normal(0, 0.08)) + random.normal(0, 8, scene.shape), 0, 255)
        for _ in range(40)
    ]
    assert cuts([frame.astype(np.uint8) for frame in worn]) == [0]


def test_a_film_of_one_frame_is_one_scene() -> None:
    assert cuts(panned(1, 1)) == [0]


def state() -> State:
    random = np.random.default_rng(1)
    l = random.uniform(0, 100, (8, 12)).astype(np.float32)
    ab = random.normal(0, 20, (8, 12, 2)).astype(np.float32)
    strokes = (Stroke(((1.5, 2.25), (3.0, 4.0)), (1, 2, 3), None),)
    return State(l.astype(np.uint8), l, ab, l, 3, strokes)


def test_a_journal_gives_back_what_it_was_given(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    given = state()
    packets = [Packet(k, k - 2, 1, k == 0, bytes([k]) * 50) for k in range(6)]
    journal = Journal(target, "a title")
    for packet in packets[:4]:
        journal.add(packet)
    journal.add_mark(Mark(3, 4, (0.0, 0.1), starts=False, state=given, lost=(0.2,)))
    for packet in packets[4:]:
        journal.add(packet)
    journal.close()
    again = Journal(target, "a title")
    mark = again.mark
    assert mark is not None
    assert (mark.pts, mark.frames, mark.scenes, mark.lost) == (3, 4, (0.0, 0.1), (0.2,))
    assert mark.state is not None
    for name in ("small", "l", "ab", "looks"):
        assert (getattr(mark.state, name) == getattr(given, name)).all()
    assert (mark.state.since, mark.state.strokes) == (3, given.strokes)
    # What followed the mark is cut off.
    assert list(again.packets()) == packets[:4]
    again.remove()
    assert not journal_of(target).exists()


def test_a_journal_that_was_changed_ends_where_it_was(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    with_damage = Journal(target, "a title")
    for number in range(2):
        with_damage.add(Packet(number, number, 1, True, b"data" * 20))
        with_damage.add_mark(Mark(number, number + 1))
    with_damage.close()
    data = bytearray(journal_of(target).read_bytes())
    data[-300] ^= 1
    journal_of(target).write_bytes(data)
    again = Journal(target, "a title")
    assert again.mark is not None
    assert again.mark.frames == 1
    again.remove()


def test_finished_frames_of_something_else_are_given_up_only_if_allowed(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    journal = Journal(target, "a title")
    journal.add_mark(Mark(3, 4))
    journal.close()
    with pytest.raises(FilmWriteError, match="holds 4 frames of an unfinished film with other"):
        Journal(target, "another")
    kept = Journal(target, "a title")
    assert kept.mark is not None
    kept.close()
    other = Journal(target, "another", may_replace=True)
    assert other.mark is None
    other.close()
    # Without finished frames there is nothing to lose.
    Journal(target, "a third").remove()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FilmWriteError, match="cannot be written to"):
        Journal(tmp_path / "none" / "film.mp4", "a title")


def test_hints_of_a_file_have_moments(tmp_path: Path) -> None:
    path = tmp_path / "hints.json"
    path.write_text(
        '{"strokes": [{"points": [[1, 2]], "color": "red"},'
        ' {"frame": 50, "points": [[3, 4]], "color": "#00ff00", "radius": 2},'
        ' {"time": 1.5, "points": [[5, 6]], "color": "blue"}]}'
    )
    hints = read_film_hints(path, (640, 480), Fraction(25))
    assert [mark.seconds for mark in hints.marks] == [0, 2, 1.5]
    assert hints.marks[1].stroke == Stroke(((3.0, 4.0),), (0, 255, 0), 2.0)
    assert hints.starting(1.0, 1.6) == (hints.marks[2].stroke,)


def test_films_leave_torch_unloaded() -> None:
    code = "import tomau.video, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['av'] = None\n"
        "from tomau.cli.app import main\n"
        "sys.argv = ['tomau', 'video', 'film.mp4']\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'pip install "tomau[video]"' in done.stderr
    assert done.stderr.count("\n") == 1
