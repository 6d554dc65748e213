from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau


@pytest.mark.parametrize(
    "options",
    [
        ("--int8",),
        ("--calibrate", "photos"),
        ("--int8", "--calibrate", "photos", "--float32"),
        ("--calibrate", "photos", "--float32"),
    ],
    ids=" ".join,
)
def test_options_of_8_bits_belong_together(
    tomau: Tomau, tmp_path: Path, options: tuple[str, ...]
) -> None:
    result = tomau("export", tmp_path, "-o", tmp_path / "model", *options)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: expected --int8 together with --calibrate PHOTOS")


def test_a_folder_that_is_no_run_is_one_line(tomau: Tomau, tmp_path: Path) -> None:
    for options in ((), ("--int8", "--calibrate", tmp_path)):
        result = tomau("export", tmp_path, "-o", tmp_path / "model", *options)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: no config.json in")
        assert result.stderr.count("\n") == 1


def test_without_the_extra_the_line_that_installs_it_is_told(
    tomau: Tomau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tomau.export", None)
    result = tomau("export", tmp_path, "-o", tmp_path / "model")
    assert result.exit_code == 1
    assert 'pip install "tomau[train]"' in result.stderr
