from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.cli.killed import run_and_kill
from tomau.runtime import Colorizer
from tomau.runtime.manifest import read_manifest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.cli.conftest import Tomau
    from tomau.runtime import Device

KILLS = 20
CALL = [sys.executable, "-c", "from tomau.cli.app import main; main()", "colorize"]


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    (folder / "deep").mkdir(parents=True)
    for number in range(4):
        Image.new("L", (30, 20), 90 + number).save(folder / "deep" / f"{number}.png")
    return folder


def results(folder: Path) -> dict[str, bytes]:
    """Everything but hidden files and tables, by its place."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".jsonl"
    }


def test_a_run_that_is_killed_again_and_again_loses_nothing(
    colorize: Tomau, tomau: Tomau, tiny_model: Path, tmp_path: Path, gray_u8: NDArray[np.uint8]
) -> None:
    album, whole, out = (tmp_path / name for name in ("album", "whole", "out"))
    random = np.random.default_rng(9)
    for number in range(80):
        path = album / str(number % 3) / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.permutation(gray_u8)[:40]).save(path)
    colorize(album, "-o", whole, "-q")
    expected = results(whole)
    manifest = out / "manifest.jsonl"
    arguments = ["colorize", "-q", "-m", tiny_model, album, "-o", out, "--manifest", manifest]
    call = [str(part) for part in arguments]
    done = 0
    for touch in random.integers(2, 40, KILLS):
        assert run_and_kill(call, tmp_path, int(touch)) == -signal.SIGKILL
        left = results(out)
        assert left.items() <= expected.items()  # no half-written file under any name
        assert done <= len(left) < len(expected)
        done = len(left)
    assert done > KILLS
    assert tomau(*arguments).exit_code == 0
    assert results(out) == expected
    assert len({row["source"] for row in read_manifest(manifest)}) == 80
    assert tomau("verify", manifest).stderr == "80 as recorded, 0 not\n"


@pytest.mark.parametrize(
    ("inputs", "threads"),
    [(["album"], 3), (["album", "--jobs", "1"], 4), (["album/deep/1.png"], 4)],
)
def test_one_photograph_alone_has_all_processors(
    colorize: Tomau,
    album: Path,
    monkeypatch: pytest.MonkeyPatch,
    inputs: list[str],
    threads: int,
) -> None:
    asked: list[int | None] = []
    load = Colorizer.load

    def note(name: str, *, device: Device, threads: int | None = None) -> Colorizer:
        asked.append(threads)
        return load(name, device=device, threads=1)

    monkeypatch.setattr("tomau.runtime.session.available_cpus", lambda: 4)
    monkeypatch.setattr(Colorizer, "load", note)
    assert colorize(album.parent / inputs[0], *inputs[1:]).exit_code == 0
    assert asked == [threads]


def test_shards_share_a_folder_and_one_manifest_each(
    colorize: Tomau, tomau: Tomau, album: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for part in ("1/2", "2/2"):
        manifest = out / f"{part[0]}.jsonl"
        assert colorize(album, "-o", out, "--shard", part, "--manifest", manifest).exit_code == 0
    assert len(results(out)) == 4
    checked = tomau("verify", out / "1.jsonl", out / "2.jsonl")
    assert (checked.exit_code, checked.stderr) == (0, "4 as recorded, 0 not\n")


def test_verify_names_what_is_wrong(
    colorize: Tomau, tomau: Tomau, album: Path, tmp_path: Path
) -> None:
    (album / "bad.png").write_text("text")
    manifest = tmp_path / "out" / "manifest.csv"
    assert colorize(album, "-o", tmp_path / "out", "--manifest", manifest).exit_code == 1
    (tmp_path / "out" / "deep" / "2.png").write_bytes(b"x")
    checked = tomau("verify", manifest, "--json")
    assert checked.exit_code == 1
    found = {Path(row["source"]).name: row for row in map(json.loads, checked.stdout.splitlines())}
    assert {name: row["state"] for name, row in found.items()} == {
        "bad.png": "failed",
        "0.png": "sound",
        "1.png": "sound",
        "2.png": "changed",
        "3.png": "sound",
    }
    assert checked.stderr.count("error: ") == 2
    assert "3 as recorded, 2 not" in checked.stderr
    assert tomau("verify", tmp_path / "none.csv").exit_code == 2


def test_names_that_are_no_text_are_colourized_named_and_verified(
    colorize: Tomau, tomau: Tomau, album: Path, tmp_path: Path
) -> None:
    names = [os.fsdecode(b"\xff\xfe.png"), "two\nlines.png", "\x1b[31mred.png"]
    for name in names:
        Image.new("L", (30, 20), 90).save(album / name)
    (album / os.fsdecode(b"bad\xff\n.png")).write_text("text")
    out = tmp_path / "out"
    for table in ("m.csv", "m.jsonl"):
        tables = ["--manifest", tmp_path / table, "--report", tmp_path / f"report-{table}"]
        result = colorize(album, "-o", out, "--overwrite", *tables)
        assert result.exit_code == 1
        shown = {Path(line).name for line in result.stdout.splitlines()}
        assert shown >= {r"\xff\xfe.png", r"two\nlines.png", r"\x1b[31mred.png"}
        assert len(result.stdout.splitlines()) == 7
        assert r"bad\xff\n.png" in result.stderr
        assert {row["source"] for row in read_manifest(tmp_path / table)} >= {
            f"album/{name}" for name in names
        }
        assert tomau("verify", tmp_path / table).stderr.endswith("7 as recorded, 1 not\n")
    assert {path.name for path in out.iterdir()} >= set(names)
    assert len(colorize(album, "-o", out, "--json").stdout.splitlines()) == 8
    assert len(colorize(album, "-o", tmp_path / "x", "--dry-run").stdout.splitlines()) == 8


def test_links_in_a_circle_are_named_and_the_rest_is_done(
    colorize: Tomau, album: Path, tmp_path: Path
) -> None:
    (album / "self.png").symlink_to("self.png")
    (album / "deep" / "up").symlink_to("..")
    result = colorize(album, "-o", tmp_path / "out", "-v", "--manifest", tmp_path / "m.csv")
    assert (result.exit_code, len(results(tmp_path / "out"))) == (1, 4)
    assert f"error: {album / 'self.png'}: cannot be read" in result.stderr
    assert f"left out {album / 'deep' / 'up'}: a link to a folder" in result.stderr


def test_a_result_of_another_photograph_is_not_taken_for_finished(
    colorize: Tomau, tmp_path: Path
) -> None:
    album, out = tmp_path / "album", tmp_path / "out"
    album.mkdir()
    Image.new("L", (30, 20), 90).save(album / "b.png")
    arguments = [album, "-o", out, "-f", "jpg", "--manifest", out / "m.jsonl"]
    assert colorize(*arguments).exit_code == 0
    Image.new("L", (40, 20), 90).save(album / "b.jpg")  # takes the name that b.png had
    result = colorize(*arguments)
    assert result.exit_code == 1
    assert "as the result of ../album/b.png" in result.stderr
    assert colorize(*arguments, "--overwrite").exit_code == 0
    with Image.open(out / "b.jpg") as image:
        assert image.size == (40, 20)


def test_a_folder_that_cannot_be_read_is_a_failure_of_the_run(
    colorize: Tomau, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (album / "closed").mkdir()
    listed = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "closed":  # permissions would not stop the tests of root
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = tmp_path / "report.jsonl"
    result = colorize(album, "-o", tmp_path / "out", "--report", report)
    assert result.exit_code == 1
    assert f"error: {album / 'closed'}: folder cannot be read" in result.stderr
    assert "4 done, 0 skipped, 1 failed" in result.stderr
    rows = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert sorted(row["status"] for row in rows) == ["done"] * 4 + ["failed"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--shard", "3/2"),
        ("--address", "auto"),
        ("--every", "0"),
        ("--engine", "abacus"),
        ("--watch", "--contact-sheet", "sheet.png"),
    ],
)
def test_a_wrong_option_is_a_usage_error(
    colorize: Tomau, album: Path, arguments: tuple[str, ...]
) -> None:
    assert colorize(album, *arguments).exit_code == 2
    assert len(list(album.rglob("*.png"))) == 4


@pytest.mark.parametrize("option", ["--report", "--manifest"])
def test_no_table_takes_the_place_of_a_result(
    colorize: Tomau, album: Path, tmp_path: Path, option: str
) -> None:
    place = tmp_path / "out" / "deep" / "0.png"
    assert colorize(album, "-o", tmp_path / "out", option, place).exit_code == 2


def test_watching_colourizes_what_arrives_whole(tiny_model: Path, tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    inbox.mkdir()
    Image.new("L", (30, 20), 90).save(tmp_path / "photo.png")
    content = (tmp_path / "photo.png").read_bytes()
    arguments = ["-m", tiny_model, inbox, "-o", out, "--watch", "--every", "0.02", "--json"]
    with subprocess.Popen(
        [*CALL, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None

        def told() -> tuple[str, str]:
            row = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            return Path(row["source"]).name, row["status"]

        (inbox / "half.png").write_bytes(content[:40])
        # Left alone for long enough it counts as whole, and is told to be damaged.
        assert told() == ("half.png", "failed")
        (inbox / "half.png").write_bytes(content)
        assert told() == ("half.png", "done")
        (inbox / "sub").mkdir()
        (tmp_path / "photo.png").rename(inbox / "sub" / "new.png")
        assert told() == ("new.png", "done")
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.stderr.read().endswith("2 done, 0 skipped, 1 failed\n")
    assert process.returncode == 1  # one failed
    assert set(results(out)) == {"half.png", "sub/new.png"}


def test_progress_tells_rate_time_left_and_failures(tiny_model: Path, album: Path) -> None:
    (album / "bad.png").write_text("text")
    ours, theirs = pty.openpty()
    call = [*CALL, "-m", str(tiny_model), str(album), "-o", str(album / "out")]
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        process = subprocess.Popen(
            call, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "COLUMNS": "120"}
        )
        os.close(theirs)
        shown = b""
        try:
            while chunk := terminal.read(65536):
                shown += chunk
        except OSError:  # how Linux says that the other end is closed
            pass
        assert process.wait() == 1
    assert b"/5" in shown
    assert b"/s" in shown
    assert b"1 failed" in shown
