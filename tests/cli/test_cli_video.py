from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.cli.signalled import run_and_signal
from tests.video.made import decoded, panned, two_scenes, write_film

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "reel.avi", two_scenes(), sound="pcm_s16le")


def test_a_film_is_coloured_beside_itself(tomau: Tomau, tiny_model: Path, film: Path) -> None:
    result = tomau("video", film, "-m", tiny_model, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    target = film.with_name("reel.color.mkv")
    assert told["target"] == str(target)
    assert (told["status"], told["frames"], told["scenes"]) == ("done", 24, [0.0, 0.5])
    assert len(decoded(target)) == 24


def test_a_dry_run_tells_and_writes_nothing(tomau: Tomau, film: Path) -> None:
    result = tomau("video", film, "-o", film.with_name("out.mp4"), "--dry-run", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["frames"] == 24
    assert told["written as"] == "h264, yuv420p, in mp4"
    assert told["copied"] == ["audio (pcm_s16le)"]
    assert [path.name for path in film.parent.iterdir()] == [film.name]


def test_a_preview_is_a_picture(tomau: Tomau, tiny_model: Path, film: Path) -> None:
    result = tomau("video", film, "-m", tiny_model, "--preview", "4")
    assert result.exit_code == 0, result.output
    sheet = film.with_name("reel.preview.jpg")
    assert result.stdout.strip() == str(sheet)
    with Image.open(sheet) as image:
        assert image.width > 500
        colours = image.convert("RGB").resize((64, 64)).convert("HSV").split()[1]
        assert colours.getextrema()[1] > 60
    assert not film.with_name("reel.color.mkv").exists()


def test_hints_by_frame_are_followed(tomau: Tomau, tiny_model: Path, film: Path) -> None:
    stroke = {"frame": 12, "points": [[40, 30]], "color": "#2030d0", "radius": 8}
    hints = film.with_name("hints.json")
    hints.write_text(json.dumps({"width": 96, "height": 64, "strokes": [stroke]}))
    plain, marked = film.with_name("plain.mkv"), film.with_name("marked.mkv")
    common = ("video", film, "-m", tiny_model, "--codec", "ffv1")
    assert tomau(*common, "-o", plain).exit_code == 0
    result = tomau(*common, "-o", marked, "--hints", hints)
    assert result.exit_code == 0, result.output
    for k, (one, other) in enumerate(zip(decoded(plain), decoded(marked), strict=True)):
        moved = int(other.chroma[0, 30, 30]) - int(one.chroma[0, 30, 30])
        assert moved > 12 if k >= 12 else moved == 0


def test_wrong_calls_are_told_in_one_line(tomau: Tomau, film: Path) -> None:
    for arguments, code, text in (
        (("missing.mp4",), 1, "cannot be read"),
        ((film, "--start", "noon"), 2, "expected seconds"),
        ((film, "--bits", "many"), 2, "expected 8, 10, 12 or 16"),
        ((film, "--exact"), 2, "without --hints"),
        ((film, "-o", "out.wmv"), 2, "expected one of .mp4"),
        ((film, "--hints", "none.json"), 2, "expected a JSON file of hints"),
    ):
        result = tomau("video", *arguments)
        assert result.exit_code == code, arguments
        assert result.stderr.count("\n") == 1
        assert text in result.stderr


def test_broken_hints_are_told_in_one_line(tomau: Tomau, film: Path, tmp_path: Path) -> None:
    for content, text in (
        ({"strokes": [{"points": [[1, 1]], "color": "#fff", "frame": 1, "time": 2}]}, "both"),
        ({"strokes": []}, "not valid at strokes"),
        ({"width": 10, "strokes": [{"points": [[1, 1]], "color": "red"}]}, "expected 96x64"),
        ({"strokes": [{"points": [[100, 1]], "color": "red"}]}, "expected x in 0..95"),
        ({"strokes": [{"points": [[1, 1]], "color": "blau"}]}, "is not a colour"),
    ):
        hints = tmp_path / "hints.json"
        hints.write_text(json.dumps(content))
        result = tomau("video", film, "--hints", hints)
        assert result.exit_code == 2
        assert text in result.stderr


def test_killed_and_interrupted_it_goes_on(tomau: Tomau, tiny_model: Path, tmp_path: Path) -> None:
    film = write_film(tmp_path / "reel.mkv", [*panned(1, 250), *panned(7, 60)])
    target = tmp_path / "out.mkv"
    call = ["video", str(film), "-o", str(target), "-m", str(tiny_model), "--json"]
    # The first segment has 240 frames, a killed run before it leaves nothing to go on from.
    for frames, number, code in (
        (30, signal.SIGKILL, -9),
        (245, signal.SIGKILL, -9),
        (260, signal.SIGINT, 130),
    ):
        assert run_and_signal(call, frames, number) == code
        assert not target.exists()
    result = tomau(*call)
    told = json.loads(result.stdout)
    assert (told["frames"], told["resumed"]) == (310, 240)
    assert [round(frame.seconds * 24) for frame in decoded(target)] == list(range(310))
    assert {path.name for path in tmp_path.iterdir()} == {"reel.mkv", "out.mkv"}
