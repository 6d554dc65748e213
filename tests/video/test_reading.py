"""What cannot be read of a film, or not at once."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.video.made import (
    decoded,
    panned,
    write_film,
)
from tomau.video import colorize_film
from tomau.video.reading import FilmReader, look_at_film

if TYPE_CHECKING:
    from pathlib import Path

    from tomau.runtime import Colorizer


def test_a_file_that_cannot_be_sought_is_read_from_its_beginning(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = FilmReader(look_at_film(film))
    start = reader.facts.start + round(Fraction(1, 2) / reader.facts.time_base)
    sought = [frame.seconds for frame in reader.frames(start)]
    monkeypatch.setattr(FilmReader, "_finds", lambda *_: False)
    read = [frame.seconds for frame in reader.frames(start)]
    assert sought == read
    assert len(read) == 12


def test_broken_frames_are_counted_and_named(tmp_path: Path, colorizer: Colorizer) -> None:
    film = write_film(tmp_path / "film.avi", panned(1, 40), codec="mjpeg", pixels="yuvj420p")
    data = bytearray(film.read_bytes())
    for number, (start, after) in enumerate(pairwise(_starts(data))):
        if number in (10, 11):
            # All of the picture, up to the head of the file's next part.
            data[start : after - 8] = bytes(after - 8 - start)
    film.write_bytes(data)
    target = tmp_path / "out.mkv"
    result = colorize_film(film, target, colorizer)
    assert [round(moment * 24) for moment in result.lost] == [10, 11]
    assert result.frames == 38
    assert "2 frames could not be decoded and are missing: at 0.42 s, 0.46 s" in result.damage
    moments = [round(frame.seconds * 24) for frame in decoded(target)]
    assert moments == [k for k in range(40) if k not in (10, 11)]


def _starts(data: bytearray) -> list[int]:
    starts, place = [], data.find(b"\xff\xd8\xff")
    while place >= 0:
        starts.append(place)
        place = data.find(b"\xff\xd8\xff", place + 3)
    return starts


def test_a_film_that_breaks_off_is_coloured_as_far_as_it_goes(
    tmp_path: Path, colorizer: Colorizer
) -> None:
    film = write_film(tmp_path / "film.mkv", panned(1, 40))
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    target = tmp_path / "out.mkv"
    result = colorize_film(film, target, colorizer)
    assert 15 < result.frames < 40
    assert len(decoded(target)) == result.frames
