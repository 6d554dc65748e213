"""What is told of a film, and refused, before anything is written."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from tests.video.made import (
    panned,
    write_film,
)
from tomau.edits.hints import Stroke
from tomau.errors import FilmReadError, UsageError
from tomau.video import CODECS, FilmHints, FilmSettings, Mark, plan_film

if TYPE_CHECKING:
    from pathlib import Path


def test_sound_that_a_container_cannot_hold_is_named(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mkv", panned(1, 4), sound="aac", subtitle=True)
    plan = plan_film(film, tmp_path / "out.mp4")
    assert plan.kept == (1,)
    assert [note.split(":")[0] for note in plan.notes] == [
        "stream 2 (subtitle, subrip) is left out"
    ]
    plan = plan_film(film, tmp_path / "out.mkv")
    assert (plan.kept, plan.notes) == ((1, 2), ())


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


def test_containers_hold_what_is_written_to_them() -> None:
    for codec in CODECS.values():
        name = av.Codec(codec.encoder, "w").canonical_name
        for container in codec.containers:
            with av.open(io.BytesIO(), "w", format=container) as output:
                assert name in output.supported_codecs, (name, container)


def test_hints_and_frames_coloured_alone_are_refused_together() -> None:
    marks = FilmHints(96, 64, (Mark(0.0, Stroke(((48, 32),), (200, 30, 30))),))
    with pytest.raises(UsageError, match="expected one of the two"):
        FilmSettings(steady=False, hints=marks)
