from __future__ import annotations

import csv
import io
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.cli.conftest import Tomau


def is_coloured(source: str | Path | bytes) -> bool:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    with Image.open(stream) as image:
        red, _, blue = np.asarray(image.convert("RGB")).reshape(-1, 3).mean(axis=0)
    return bool(red > blue + 20)


@pytest.fixture
def album(tmp_path: Path, gray_u8: NDArray[np.uint8]) -> Path:
    folder = tmp_path / "album"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.jpg", "b.png", "deep/c.webp", "deep/d.tif"):
        Image.fromarray(gray_u8).save(folder / name)
    return folder


class TestOneFile:
    def test_the_result_lies_beside_the_input_and_is_named_on_stdout(
        self, colorize: Tomau, gray_jpeg: Path
    ) -> None:
        before = gray_jpeg.read_bytes()
        result = colorize(gray_jpeg)
        target = gray_jpeg.with_name("photo.color.jpg")
        assert (result.exit_code, result.stdout, result.stderr) == (0, f"{target}\n", "")
        assert is_coloured(target)
        assert gray_jpeg.read_bytes() == before

    def test_the_alias(self, tomau: Tomau, tiny_model: Path, gray_jpeg: Path) -> None:
        assert tomau("i", "-m", tiny_model, gray_jpeg).exit_code == 0
        assert is_coloured(gray_jpeg.with_name("photo.color.jpg"))

    @pytest.mark.parametrize(
        ("extension", "format_name"),
        [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("tif", "TIFF")],
    )
    def test_the_extension_of_the_output_decides(
        self, colorize: Tomau, gray_jpeg: Path, tmp_path: Path, extension: str, format_name: str
    ) -> None:
        target = tmp_path / "new" / f"x.{extension}"
        assert colorize(gray_jpeg, "-o", target).exit_code == 0
        with Image.open(target) as image:
            assert (image.format, image.size) == (format_name, (140, 90))
        assert is_coloured(target)

    def test_a_trailing_slash_makes_a_folder(
        self, colorize: Tomau, gray_jpeg: Path, tmp_path: Path
    ) -> None:
        assert colorize(gray_jpeg, "-o", f"{tmp_path}/v1.0/").exit_code == 0
        assert (tmp_path / "v1.0" / "photo.jpg").is_file()

    def test_an_existing_result_is_refused_unless_told(
        self, colorize: Tomau, gray_jpeg: Path
    ) -> None:
        target = gray_jpeg.with_name("photo.color.jpg")
        target.write_text("precious")
        result = colorize(gray_jpeg)
        assert result.exit_code == 1
        assert result.stderr.count("\n") == 1
        assert "--overwrite" in result.stderr
        assert colorize(gray_jpeg, "--skip-existing").exit_code == 0
        assert target.read_text() == "precious"
        assert colorize(gray_jpeg, "--overwrite").exit_code == 0
        assert is_coloured(target)

    def test_options_reach_the_colorizer(
        self, colorize: Tomau, gray_jpeg: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / "gray.png"
        assert colorize(gray_jpeg, "-o", target, "--strength", "0", "--size", "32").exit_code == 0
        assert not is_coloured(target)

    @pytest.mark.parametrize("size", ["auto", "1024"])
    def test_the_size_may_be_large_or_left_to_the_rule(
        self, colorize: Tomau, gray_jpeg: Path, size: str
    ) -> None:
        assert colorize(gray_jpeg, "--size", size).exit_code == 0

    def test_a_missing_photograph_is_one_line(self, colorize: Tomau, tmp_path: Path) -> None:
        result = colorize(tmp_path / "none.jpg")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.startswith("error: ")
        assert result.stderr.count("\n") == 1

    def test_verbose_tells_the_model(self, colorize: Tomau, gray_jpeg: Path) -> None:
        result = colorize("-v", gray_jpeg)
        assert "model tiny 1 on CPUExecutionProvider" in result.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--size", "1"),
            ("--size", "1025"),
            ("--size", "large"),
            ("--strength", "-1"),
            ("--jobs", "0"),
            ("--format", "psd"),
            ("--device", "abacus"),
            ("--device", "cuda"),
            ("--suffix", "a/b"),
            ("-o", "x.psd"),
        ],
    )
    def test_a_wrong_option_is_a_usage_error(
        self, colorize: Tomau, gray_jpeg: Path, arguments: tuple[str, ...]
    ) -> None:
        result = colorize(gray_jpeg, *arguments)
        assert result.exit_code == 2
        assert not gray_jpeg.with_name("photo.color.jpg").exists()

    def test_the_input_is_never_overwritten(self, colorize: Tomau, gray_jpeg: Path) -> None:
        before = gray_jpeg.read_bytes()
        result = colorize(gray_jpeg, "-o", gray_jpeg, "--overwrite")
        assert result.exit_code == 2
        assert "would overwrite the input" in result.stderr
        assert gray_jpeg.read_bytes() == before

    @pytest.mark.parametrize("option", ["--report", "--contact-sheet"])
    def test_no_other_file_takes_its_place(
        self, colorize: Tomau, gray_jpeg: Path, option: str
    ) -> None:
        before = gray_jpeg.read_bytes()
        result = colorize(gray_jpeg, option, gray_jpeg)
        assert result.exit_code == 2
        assert gray_jpeg.read_bytes() == before


class TestFolder:
    def test_the_tree_is_mirrored(self, colorize: Tomau, album: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        result = colorize(album, "-o", out)
        assert result.exit_code == 0
        expected = [out / name for name in ("a.jpg", "b.png", "deep/c.webp", "deep/d.tif")]
        assert result.stdout.splitlines() == [str(path) for path in expected]
        assert all(is_coloured(path) for path in expected)
        assert result.stderr == "4 done, 0 skipped, 0 failed\n"

    def test_a_second_run_skips_and_does_only_what_is_new(
        self, colorize: Tomau, album: Path, tmp_path: Path, gray_u8: NDArray[np.uint8]
    ) -> None:
        out = tmp_path / "out"
        colorize(album, "-o", out)
        times = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
        Image.fromarray(gray_u8).save(album / "new.png")
        result = colorize(album, "-o", out)
        assert result.stdout == f"{out / 'new.png'}\n"
        assert result.stderr == "1 done, 4 skipped, 0 failed\n"
        assert times == {path: path.stat().st_mtime_ns for path in times}

    def test_results_beside_the_inputs_are_not_coloured_again(
        self, colorize: Tomau, album: Path
    ) -> None:
        assert len(colorize(album).stdout.splitlines()) == 4
        assert colorize(album).stderr == "0 done, 4 skipped, 0 failed\n"

    def test_one_format_for_all_keeps_names_apart(
        self, colorize: Tomau, tmp_path: Path, gray_u8: NDArray[np.uint8]
    ) -> None:
        for name in ("a.jpg", "a.png"):
            Image.fromarray(gray_u8).save(tmp_path / name)
        out = tmp_path / "out"
        assert colorize(tmp_path / "a.*", "-o", out, "-f", "jpg").exit_code == 0
        assert sorted(path.name for path in out.iterdir()) == ["a.jpg", "a.png.jpg"]

    def test_a_dry_run_writes_nothing(self, tomau: Tomau, album: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        result = tomau("colorize", album, "-o", out, "--dry-run", "-m", "no-model-is-needed")
        assert result.exit_code == 0
        assert result.stdout.splitlines()[0] == f"{album / 'a.jpg'} -> {out / 'a.jpg'}"
        assert len(result.stdout.splitlines()) == 4
        assert not out.exists()

    def test_an_empty_folder_is_a_usage_error(self, colorize: Tomau, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        result = colorize(tmp_path / "empty")
        assert result.exit_code == 2
        assert result.stderr.startswith("error: no photograph was found in")

    def test_json_is_a_line_for_each_photograph(self, colorize: Tomau, album: Path) -> None:
        (album / "bad.jpg").write_text("text")
        result = colorize(album, "--json", "-q")
        assert result.exit_code == 1
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        states = {Path(row["source"]).name: row["status"] for row in rows}
        good = dict.fromkeys(("a.jpg", "b.png", "c.webp", "d.tif"), "done")
        assert states == {**good, "bad.jpg": "failed"}
        assert (rows[0]["width"], rows[0]["height"]) == (140, 90)

    def test_the_report(self, colorize: Tomau, album: Path, tmp_path: Path) -> None:
        (album / "bad.jpg").write_text("text")
        report = tmp_path / "run.csv"
        assert colorize(album, "-o", tmp_path / "out", "--report", report).exit_code == 1
        with report.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        assert [row["status"] for row in rows] == ["done", "done", "failed", "done", "done"]

    def test_the_contact_sheet_shows_all(
        self, colorize: Tomau, album: Path, tmp_path: Path
    ) -> None:
        sheet = tmp_path / "sheets" / "sheet.png"
        for _ in range(2):  # the second time everything is skipped, and shown all the same
            result = colorize(album, "-o", tmp_path / "out", "--contact-sheet", sheet)
            assert result.exit_code == 0
        with Image.open(sheet) as image:
            pixels = np.asarray(image.convert("RGB")).astype(int)
        assert pixels.shape[0] > 4 * 64
        warmth = pixels[..., 0] - pixels[..., 2]
        left, right = np.array_split(warmth, 2, axis=1)
        assert (right > 20).mean() > 0.3
        assert (left > 20).mean() < 0.1


class TestPipe:
    def test_from_stdin_to_stdout_in_the_format_of_the_input(
        self, colorize: Tomau, gray_jpeg: Path
    ) -> None:
        result = colorize("-", stdin=gray_jpeg.read_bytes())
        assert result.exit_code == 0
        assert is_coloured(result.stdout_bytes)
        with Image.open(io.BytesIO(result.stdout_bytes)) as image:
            assert (image.format, image.size) == ("JPEG", (140, 90))

    def test_the_format_may_be_chosen(self, colorize: Tomau, gray_jpeg: Path) -> None:
        result = colorize("-", "-f", "png", stdin=gray_jpeg.read_bytes())
        with Image.open(io.BytesIO(result.stdout_bytes)) as image:
            assert image.format == "PNG"

    def test_from_stdin_to_a_file(self, colorize: Tomau, gray_jpeg: Path, tmp_path: Path) -> None:
        target = tmp_path / "x.webp"
        result = colorize("-", "-o", target, stdin=gray_jpeg.read_bytes())
        assert (result.exit_code, result.stdout_bytes) == (0, f"{target}\n".encode())
        assert is_coloured(target)
        assert colorize("-", "-o", target, stdin=gray_jpeg.read_bytes()).exit_code == 1

    def test_from_a_file_to_stdout(self, colorize: Tomau, gray_jpeg: Path) -> None:
        result = colorize(gray_jpeg, "-o", "-")
        assert is_coloured(result.stdout_bytes)
        assert [path.name for path in gray_jpeg.parent.iterdir()] == ["photo.jpg"]

    @pytest.mark.parametrize("stdin", [b"", b"not a picture"])
    def test_bad_input_is_one_line(self, colorize: Tomau, stdin: bytes) -> None:
        result = colorize("-", stdin=stdin)
        assert (result.exit_code, result.stdout_bytes) == (1, b"")
        assert result.stderr.startswith("error: ")
        assert result.stderr.count("\n") == 1

    def test_a_pipe_takes_one_picture(self, colorize: Tomau, gray_jpeg: Path) -> None:
        assert colorize("-", gray_jpeg, stdin=b"").exit_code == 2
        assert colorize("-", "--json", stdin=gray_jpeg.read_bytes()).exit_code == 2

    def test_a_real_pipe(self, tiny_model: Path, gray_jpeg: Path) -> None:
        call = [sys.executable, "-c", "from tomau.cli.app import main; main()"]
        arguments = ["colorize", "-m", str(tiny_model), "-"]
        with gray_jpeg.open("rb") as stream:
            done = subprocess.run(call + arguments, stdin=stream, check=True, capture_output=True)
        assert is_coloured(done.stdout)
        assert done.stderr == b""


class TestModel:
    def test_a_missing_model_is_one_line(
        self, tomau: Tomau, gray_jpeg: Path, tmp_path: Path
    ) -> None:
        result = tomau("colorize", "-m", tmp_path / "none", gray_jpeg)
        assert result.exit_code == 1
        assert result.stderr.startswith("error: there is no model at")

    def test_an_unknown_name_is_a_usage_error(self, tomau: Tomau, gray_jpeg: Path) -> None:
        result = tomau("colorize", "-m", "defualt-model", gray_jpeg)
        assert result.exit_code == 2
        assert "tomau models list" in result.stderr

    def test_a_corrupted_model_is_never_run(
        self, tomau: Tomau, tiny_model: Path, gray_jpeg: Path, tmp_path: Path
    ) -> None:
        folder = shutil.copytree(tiny_model, tmp_path / "broken")
        content = bytearray((folder / "model.onnx").read_bytes())
        content[-3] ^= 0xFF
        (folder / "model.onnx").write_bytes(content)
        result = tomau("colorize", "-m", folder, gray_jpeg)
        assert result.exit_code == 1
        assert "SHA-256" in result.stderr
        assert result.stderr.count("\n") == 1
        assert not gray_jpeg.with_name("photo.color.jpg").exists()


def test_ctrl_c_leaves_whole_files_and_130(
    tiny_model: Path, tmp_path: Path, gray_u8: NDArray[np.uint8]
) -> None:
    folder, out, report = tmp_path / "in", tmp_path / "out", tmp_path / "run.csv"
    folder.mkdir()
    large = Image.fromarray(gray_u8).resize((1400, 900))
    for number in range(40):
        large.save(folder / f"{number:02}.jpg")
    call = [sys.executable, "-c", "from tomau.cli.app import main; main()", "colorize"]
    arguments = ["-m", str(tiny_model), str(folder), "-o", str(out), "--report", str(report)]
    with subprocess.Popen(
        call + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = [process.stdout.readline().strip()]
        process.send_signal(signal.SIGINT)
        # Not communicate: it would miss the lines that readline has taken into its buffer.
        told += process.stdout.read().split()
        complaint = process.stderr.read()
    assert process.returncode == 130
    assert "interrupted" in complaint
    assert "Traceback" not in complaint
    assert 1 <= len(told) < 40
    assert sorted(str(path) for path in out.iterdir()) == told
    for path in told:
        with Image.open(path) as image:
            image.load()
    assert len(report.read_text(encoding="utf-8").splitlines()) == len(told) + 1
