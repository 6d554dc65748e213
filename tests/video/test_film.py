from __future__ import annotations

import threading
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from tests.video.made import (
    HEIGHT,
    WIDTH,
    decoded,
    packets,
    panned,
    texture,
    two_scenes,
    write_film,
)
from tomau.color import luminance
from tomau.color.ycbcr import VideoRange, decode, luma_lightness
from tomau.errors import FilmReadError, FilmWriteError, UsageError
from tomau.video import FilmSettings, colorize_film, discard_film, plan_film
from tomau.video.journal import journal_of
from tomau.video.reading import FilmReader, look_at_film

if TYPE_CHECKING:
    from pathlib import Path

    from tomau.runtime import Colorizer
    from tomau.video import Progress

LOSSLESS = FilmSettings(codec="ffv1")


def test_lightness_survives_the_whole_way(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    result = colorize_film(film, target, colorizer, LOSSLESS)
    assert (result.finished, result.frames, result.resumed) == (True, 24, 0)
    assert result.scenes == (0.0, 0.5)
    coding = VideoRange()
    frames = decoded(target)
    assert len(frames) == 24
    for frame, luma in zip(frames, two_scenes(), strict=True):
        shown = decode(frame.luma, frame.chroma, coding)
        apart = np.abs(luminance(shown) - luma_lightness(luma, coding))
        assert apart.mean() < 0.15
        assert apart.max() < 0.5
        # The tiny model answers orange.
        assert frame.chroma[0].mean() < 120 < 130 < frame.chroma[1].mean()


def test_luma_is_kept_bit_by_bit_if_asked_for(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True))
    for frame, luma in zip(decoded(target), two_scenes(), strict=True):
        assert (frame.luma == luma).all()


def test_without_strength_the_film_comes_out_as_it_was(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", strength=0))
    for frame, luma in zip(decoded(target), two_scenes(), strict=True):
        assert (frame.luma == luma).all()
        assert (frame.chroma == 128).all()


def test_ten_bits_stay_ten(tmp_path: Path, colorizer: Colorizer) -> None:
    frames = [luma.astype(np.uint16) * 4 + 1 for luma in panned(1, 12)]
    film = write_film(tmp_path / "deep.mkv", frames, pixels="yuv420p10le")
    target = tmp_path / "out.mkv"
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True))
    for frame, luma in zip(decoded(target), frames, strict=True):
        assert (frame.luma == luma).all()


def test_gray_film_in_computers_range_stays_so(tmp_path: Path, colorizer: Colorizer) -> None:
    film = write_film(tmp_path / "gray.mkv", panned(1, 6), pixels="gray")
    target = tmp_path / "out.mkv"
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True))
    with av.open(str(target)) as container:
        assert container.streams.video[0].codec_context.color_range == 2
    for frame, luma in zip(decoded(target), panned(1, 6), strict=True):
        assert (frame.luma == luma).all()


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_moments_sound_and_metadata_are_kept(film: Path, colorizer: Colorizer, suffix: str) -> None:
    target = film.with_name("out" + suffix)
    colorize_film(film, target, colorizer)
    ours, theirs = packets(target, "audio"), packets(film, "audio")
    assert [data for _, data in ours] == [data for _, data in theirs]
    moments = [frame.seconds for frame in decoded(target)]
    shift = moments[0]
    assert np.allclose(np.array(moments) - shift, np.arange(24) / 24, atol=2e-3)
    assert ours[0][0] - shift == pytest.approx(theirs[0][0], abs=2e-3)
    with av.open(str(target)) as container:
        context: Any = container.streams.video[0].codec_context
        told = {key.lower(): text for key, text in container.metadata.items()}
        tags = context.color_primaries, context.color_trc, context.colorspace, context.color_range
    assert tags == (1, 1, 1, 1)
    assert told["title"] == "A made film"
    assert told["comment"].startswith("kept; colourized by tomau")
    assert colorizer.card.sha256 in told["comment"]


def test_uneven_moments_are_kept(tmp_path: Path, colorizer: Colorizer) -> None:
    stamps = [0, 40, 90, 100, 250, 260, 300, 500, 520, 555]
    film = write_film(tmp_path / "uneven.mkv", panned(1, 10), stamps=stamps)
    target = tmp_path / "out.mp4"
    colorize_film(film, target, colorizer)
    moments = [round(1000 * frame.seconds) for frame in decoded(target)]
    assert moments == stamps


def test_pixels_that_are_not_square_and_films_that_lie_stay(
    tmp_path: Path, colorizer: Colorizer
) -> None:
    def settings(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(16, 15)

    film = write_film(tmp_path / "wide.mp4", panned(1, 6), codec="libx264", settings=settings)
    target = tmp_path / "out.mp4"
    colorize_film(film, target, colorizer)
    with av.open(str(target)) as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(16, 15)

    def lying(stream: Any) -> None:
        stream.set_display_rotation(90)

    film = write_film(tmp_path / "lying.mp4", panned(1, 6), codec="libx264", settings=lying)
    plan = plan_film(film, target)
    assert (plan.facts.width, plan.facts.height) == (HEIGHT, WIDTH)
    target = tmp_path / "stands.mkv"
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True))
    with av.open(str(film)) as container:
        lies = next(container.decode(video=0)).to_ndarray()[:HEIGHT]
    assert (decoded(target)[0].luma == np.rot90(lies)).all()


@pytest.mark.parametrize(
    ("codec", "suffix", "name", "pixels"),
    [
        ("h264", ".mp4", "h264", "yuv420p"),
        ("h265", ".mkv", "hevc", "yuv420p"),
        ("av1", ".mkv", "av1", "yuv420p"),
        ("prores", ".mov", "prores", "yuv422p10le"),
        ("ffv1", ".mkv", "ffv1", "yuv444p"),
    ],
)
def test_every_codec_writes(
    tmp_path: Path,
    colorizer: Colorizer,
    capfd: pytest.CaptureFixture[str],
    codec: Any,
    suffix: str,
    name: str,
    pixels: str,
) -> None:
    film = write_film(tmp_path / "film.mkv", panned(1, 6))
    target = tmp_path / ("out" + suffix)
    colorize_film(film, target, colorizer, FilmSettings(codec=codec))
    with av.open(str(target)) as container:
        stream: Any = container.streams.video[0]
        assert stream.codec_context.codec.canonical_name == name
        assert stream.codec_context.pix_fmt == pixels
        assert len(list(container.decode(stream))) == 6
    assert capfd.readouterr().err == ""


def test_apple_knows_the_tag_of_h265(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mp4")
    colorize_film(film, target, colorizer, FilmSettings(codec="h265"))
    with av.open(str(target)) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"


def test_computers_range_becomes_televisions_for_prores(
    tmp_path: Path, colorizer: Colorizer
) -> None:
    film = write_film(tmp_path / "gray.mkv", panned(1, 4), pixels="gray")
    target = tmp_path / "out.mov"
    colorize_film(film, target, colorizer, FilmSettings(codec="prores", strength=0))
    shown = decoded(target)[0].luma.astype(float)
    wanted = panned(1, 4)[0] / 255 * 876 + 64
    assert np.abs(shown - wanted).mean() < 3


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


def test_a_part_of_a_film_starts_at_zero_with_its_sound(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    result = colorize_film(
        film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True, start=0.25, end=0.75)
    )
    frames = decoded(target)
    assert result.frames == len(frames) == 12
    assert (frames[0].luma == two_scenes()[6]).all()
    assert frames[0].seconds == pytest.approx(0, abs=0.03)
    sound = packets(target, "audio")
    assert len(sound) < len(packets(film, "audio"))
    assert sound[-1][0] < 0.55


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
    whole, target = tmp_path / "whole.mp4", tmp_path / "out.mp4"
    colorize_film(film, whole, colorizer)
    for frames, resumed in ((40, 0), (120, 0), (345, 100)):
        asked = StopAfter(frames)
        result = colorize_film(film, target, colorizer, observer=asked, stop=asked.stop)
        assert not result.finished
        assert result.resumed == resumed
        assert not target.exists()
        assert journal_of(target).exists()
    asked = StopAfter(10_000)
    result = colorize_film(film, target, colorizer, observer=asked)
    assert (result.finished, result.frames, result.resumed) == (True, count, 340)
    assert asked.told[0].done == 341
    assert asked.told[-1].phase == "joining"
    assert not journal_of(target).exists()
    assert packets(target, "video") == packets(whole, "video")
    assert packets(target, "audio") == packets(whole, "audio")


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


def test_sound_that_a_container_cannot_hold_is_named(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mkv", panned(1, 4), sound="aac", subtitle=True)
    plan = plan_film(film, tmp_path / "out.mp4")
    assert plan.kept == (1,)
    assert [note.split(":")[0] for note in plan.notes] == [
        "stream 2 (subtitle, subrip) is left out"
    ]
    plan = plan_film(film, tmp_path / "out.mkv")
    assert (plan.kept, plan.notes) == ((1, 2), ())


def test_subtitles_are_copied(tmp_path: Path, colorizer: Colorizer) -> None:
    film = write_film(tmp_path / "film.mkv", panned(1, 12), subtitle=True)
    target = tmp_path / "out.mkv"
    colorize_film(film, target, colorizer)
    assert [data for _, data in packets(target, "subtitle")] == [b"Tomau!"]


def test_bad_input_is_one_clear_line(tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    with pytest.raises(FilmReadError, match="cannot be read"):
        plan_film(tmp_path / "none.mp4", target)
    junk = tmp_path / "junk.mp4"
    junk.write_bytes(b"no film" * 100)
    with pytest.raises(FilmReadError, match="is not a film"):
        plan_film(junk, target)
    sound = tmp_path / "sound.mka"
    with av.open(str(sound), "w", format="matroska") as container:
        stream: Any = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 2048), np.int16), format="s16", layout="stereo"
        )
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(FilmReadError, match=r"has no picture \(streams: audio\)"):
        plan_film(sound, target)
    film = write_film(tmp_path / "film.mkv", panned(1, 4))
    with pytest.raises(UsageError, match="expected a moment before its end"):
        plan_film(film, target, FilmSettings(start=60))
    with pytest.raises(UsageError, match="is the film itself"):
        plan_film(film, film)
    with pytest.raises(UsageError, match=r"expected one of \.mp4"):
        plan_film(film, tmp_path / "out.avi")
    with pytest.raises(UsageError, match="prores does not go into"):
        plan_film(film, tmp_path / "out.mp4", FilmSettings(codec="prores"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"codec": "mpeg1"},
        {"codec": "prores", "quality": 4},
        {"quality": 99},
        {"bits": 9},
        {"codec": "av1", "chroma": "444"},
        {"every": 0},
        {"start": 4.0, "end": 3.0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="came"):
        FilmSettings(**wrong)


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


def test_odd_sizes_are_written(tmp_path: Path, colorizer: Colorizer) -> None:
    frames = [texture(1)[k : k + 63, 0:95] for k in range(6)]
    film = write_film(tmp_path / "odd.mkv", frames, pixels="yuv444p")
    target = tmp_path / "out.mp4"
    colorize_film(film, target, colorizer)
    assert decoded(target)[0].luma.shape == (63, 95)
