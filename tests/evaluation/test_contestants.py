from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.evaluation.made import made_photo, save
from tomau.errors import DataError, UsageError
from tomau.evaluation import (
    ModelAnswers,
    ResultFolder,
    name_contestants,
    open_contestant,
    score_folder,
)

if TYPE_CHECKING:
    from pathlib import Path

GRAY = np.zeros((40, 60), np.uint8)


def test_folders_are_paired_by_path_whatever_the_extension(tmp_path: Path) -> None:
    truth, results = tmp_path / "truth", tmp_path / "results"
    for name in ("a.png", "deep/b.webp", "c.bmp", "lonely.png"):
        save(made_photo(1), truth / name)
    for name in ("a.bmp", "deep/b.png", "c.color.png", "stranger.png", "a.png"):
        save(made_photo(2), results / name)
    (truth / "notes.txt").write_text("not a picture")

    scores = score_folder(results, truth)
    assert scores.keys == ("a", "c", "deep/b")
    assert len(scores.problems) == 3
    text = "\n".join(scores.problems)
    assert "lonely: no result of that name" in text
    assert "stranger.png: no truth" in text
    assert "a.png: shares its name with a.bmp" in text


def test_results_of_a_shard_may_go_without_its_name(tmp_path: Path) -> None:
    save(made_photo(1), tmp_path / "00.png")
    save(made_photo(2), tmp_path / "val" / "01.color.png")
    folder = ResultFolder(tmp_path, size=None, shard="val")
    np.testing.assert_array_equal(folder("val/00", GRAY), made_photo(1))
    np.testing.assert_array_equal(folder("val/01", GRAY), made_photo(2))
    assert folder.unused == ()
    with pytest.raises(DataError, match="no result of that name"):
        folder("val/02", GRAY)


def test_results_are_squeezed_as_the_protocol_says(tmp_path: Path) -> None:
    save(made_photo(1), tmp_path / "a.png")
    assert ResultFolder(tmp_path, size=32)("a", GRAY).shape == (32, 32, 3)


def test_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_contestants(["runs/ours", "b=runs/theirs", "default"]) == {
        "ours": "runs/ours",
        "b": "runs/theirs",
        "default": "default",
    }
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd=name").mkdir()
    assert name_contestants(["odd=name"]) == {"odd=name": "odd=name"}
    with pytest.raises(UsageError, match="two results are called 'a'"):
        name_contestants(["x/a", "y/a"])
    with pytest.raises(UsageError, match="a name that is taken"):
        name_contestants(["gray=x"])
    with pytest.raises(UsageError, match="a name that is taken"):
        name_contestants(["x/result"], taken=("result",))


def test_a_place_is_a_model_or_a_folder_or_an_error(tmp_path: Path, tiny_model: Path) -> None:
    model = open_contestant(str(tiny_model), size=64)
    assert isinstance(model, ModelAnswers)
    assert model("a", GRAY).shape == (40, 60, 3)
    assert isinstance(open_contestant(str(tmp_path), size=64), ResultFolder)
    with pytest.raises(
        UsageError, match=r"no folder of pictures, and no model is called 'defualt'"
    ):
        open_contestant("defualt", size=64)
