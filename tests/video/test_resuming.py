"""Films that are interrupted, taken up again, refused or given up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.video.made import (
    decoded,
    packets,
    panned,
    write_film,
)
from tomau.edits.references import Reference
from tomau.errors import FilmWriteError, UsageError
from tomau.video import FilmSettings, colorize_film, discard_film
from tomau.video.journal import journal_of

if TYPE_CHECKING:
    from pathlib import Path

    from tomau.runtime import Colorizer
    from tomau.video import Progress


class StopAfter:
    """Asks a run to stop once so many frames are done."""

    def __init__(self, frames: int) -> None:
        self.stop = threading.Event()
        self.told: list[Progress] = []
        self._frames = frames

    def __call__(self, progress: Progress) -> None:
        self.told.append(progress)
        if progress.done >= self._frames:
            self.stop.set()


def long_film(tmp_path: Path) -> tuple[Path, int]:
    """A film of three segments: a scene, and one so long that it is parted."""
    frames = [*panned(1, 100), *[255 - f // 2 for f in panned(5, 250)]]
    return write_film(tmp_path / "long.mkv", frames, sound="aac"), len(frames)


def test_an_interrupted_film_goes_on_and_comes_out_the_same(
    tmp_path: Path, colorizer: Colorizer
) -> None:
    film, count = long_film(tmp_path)
    whole, target = tmp_path / "whole.mkv", tmp_path / "out.mkv"
    # Lossless: of the same pictures, x264 with its macroblock tree now and then makes other bytes.
    settings = FilmSettings(codec="ffv1")
    colorize_film(film, whole, colorizer, settings)
    for frames, resumed in ((40, 0), (120, 0), (345, 100)):
        asked = StopAfter(frames)
        result = colorize_film(film, target, colorizer, settings, observer=asked, stop=asked.stop)
        assert not result.finished
        assert result.resumed == resumed
        assert not target.exists()
        assert journal_of(target).exists()
    asked = StopAfter(10_000)
    result = colorize_film(film, target, colorizer, settings, observer=asked)
    assert (result.finished, result.frames, result.resumed) == (True, count, 340)
    assert asked.told[0].done == 341
    assert asked.told[-1].phase == "joining"
    assert not journal_of(target).exists()
    assert packets(target, "video") == packets(whole, "video")
    assert packets(target, "audio") == packets(whole, "audio")


def test_an_interrupted_film_keeps_its_clock(tmp_path: Path, colorizer: Colorizer) -> None:
    film, count = long_film(tmp_path)
    target = tmp_path / "out.mp4"
    asked = StopAfter(120)
    colorize_film(film, target, colorizer, observer=asked, stop=asked.stop)
    assert colorize_film(film, target, colorizer).resumed == 100
    assert [round(frame.seconds * 24) for frame in decoded(target)] == list(range(count))


def test_a_torn_journal_loses_its_end_only(tmp_path: Path, colorizer: Colorizer) -> None:
    film, count = long_film(tmp_path)
    target = tmp_path / "out.mkv"
    asked = StopAfter(130)
    colorize_film(film, target, colorizer, observer=asked, stop=asked.stop)
    with journal_of(target).open("ab") as journal:
        journal.write(b"P\xff\x00\x00\x00 torn")
    result = colorize_film(film, target, colorizer)
    assert (result.frames, result.resumed) == (count, 100)
    assert [round(f.seconds * 24) for f in decoded(target)] == list(range(count))


def test_other_settings_begin_anew(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    asked = StopAfter(5)
    colorize_film(film, target, colorizer, observer=asked, stop=asked.stop)
    result = colorize_film(film, target, colorizer, FilmSettings(strength=0.5))
    assert (result.finished, result.frames, result.resumed) == (True, 24, 0)


def test_the_same_reference_read_again_goes_on_and_another_begins_anew(
    tmp_path: Path, colorizer: Colorizer
) -> None:
    film, count = long_film(tmp_path)
    target, picture = tmp_path / "out.mkv", tmp_path / "reference.png"

    def with_reference(color: tuple[int, int, int]) -> FilmSettings:
        # Alike at its corners, as numpy prints arrays: it is told by all of its pixels.
        Image.new("RGB", (64, 64), (200, 30, 30)).save(picture)
        with Image.open(picture) as image:
            image.paste(color, (16, 16, 48, 48))
            image.save(picture)
        return FilmSettings(edit=Reference.read(picture))

    asked = StopAfter(120)
    settings = with_reference((30, 30, 200))
    colorize_film(film, target, colorizer, settings, observer=asked, stop=asked.stop)
    with pytest.raises(FilmWriteError, match="with other settings"):
        colorize_film(film, target, colorizer, with_reference((30, 200, 30)))
    result = colorize_film(film, target, colorizer, with_reference((30, 30, 200)))
    assert (result.frames, result.resumed) == (count, 100)


def test_what_is_left_of_a_film_is_discarded(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    asked = StopAfter(5)
    colorize_film(film, target, colorizer, observer=asked, stop=asked.stop)
    assert discard_film(target)
    assert not discard_film(target)
    assert [path.name for path in film.parent.iterdir()] == [film.name]


def test_progress_tells_how_far_it_is(film: Path, colorizer: Colorizer) -> None:
    asked = StopAfter(10_000)
    colorize_film(film, film.with_name("out.mkv"), colorizer, observer=asked)
    assert [p.done for p in asked.told] == [*range(1, 25), 24]
    assert all(p.total == 24 for p in asked.told)
    assert asked.told[-1].share == 1.0
    assert all(a.rate > 0 for a in asked.told)


def test_a_file_that_is_there_is_not_replaced(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    target.write_bytes(b"mine")
    with pytest.raises(FilmWriteError, match="is there already"):
        colorize_film(film, target, colorizer)
    assert target.read_bytes() == b"mine"
    colorize_film(film, target, colorizer, overwrite=True)
    assert len(decoded(target)) == 24


def test_a_full_disk_keeps_what_is_done(
    film: Path, colorizer: Colorizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tomau.video import journal

    target = film.with_name("out.mkv")

    class Full:
        def __init__(self, file: Any) -> None:
            self._file, self._room = file, 20_000

        def write(self, data: bytes) -> int:
            self._room -= len(data)
            if self._room < 0:
                raise OSError(28, "No space left on device")
            return int(self._file.write(data))

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

    opened = journal.os.fdopen
    monkeypatch.setattr(journal.os, "fdopen", lambda *a, **k: Full(opened(*a, **k)))
    settings = FilmSettings(codec="ffv1")
    with pytest.raises(FilmWriteError, match=r"No space left on device.*free some space"):
        colorize_film(film, target, colorizer, settings)
    assert not target.exists()
    monkeypatch.undo()
    assert colorize_film(film, target, colorizer, settings).finished


def test_one_run_at_a_time_makes_a_film(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    tried: list[str] = []

    def again(_: Progress) -> None:
        if not tried:
            with pytest.raises(FilmWriteError, match="another run is making this film"):
                colorize_film(film, target, colorizer)
            tried.append("refused")

    assert colorize_film(film, target, colorizer, observer=again).finished
    assert tried == ["refused"]


def test_an_error_of_the_network_ends_the_run_and_its_threads(
    film: Path, colorizer: Colorizer
) -> None:
    def fails(*_: object) -> Any:
        raise UsageError("an edit that cannot be")

    before = threading.active_count()
    with pytest.raises(UsageError, match="an edit that cannot be"):
        colorize_film(film, film.with_name("out.mkv"), colorizer, FilmSettings(edit=fails))
    assert threading.active_count() == before
