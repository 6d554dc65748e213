from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tomau.errors import ModelError, UsageError
from tomau.runtime import store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Only stores of this test: nothing embedded, nothing in the user's data folder."""
    user = tmp_path / "user"
    monkeypatch.delenv(store.MODELS_VARIABLE, raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: user)
    monkeypatch.setattr(store, "EMBEDDED_FOLDER", tmp_path / "embedded")
    return user / "models"


def test_a_name_is_found_in_the_users_folder(tiny_model: Path, own_stores: Path) -> None:
    shutil.copytree(tiny_model, own_stores / "sepia")
    assert store.find_model_folder("sepia") == own_stores / "sepia"


def test_the_variable_wins_over_the_users_folder(
    tiny_model: Path, own_stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_model, own_stores / "sepia")
    named = tmp_path / "b" / "sepia"
    shutil.copytree(tiny_model, named)
    folders = os.pathsep.join([str(tmp_path / "not-there"), str(named.parent)])
    monkeypatch.setenv(store.MODELS_VARIABLE, folders)
    assert store.find_model_folder("sepia") == named


def test_the_embedded_model_is_called_default(tiny_model: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_model, tmp_path / "embedded")
    assert store.load_model().folder == tmp_path / "embedded"
    assert list(store.list_model_folders()) == ["default"]


def test_a_missing_embedded_model_is_told() -> None:
    with pytest.raises(ModelError, match="embedded model is missing"):
        store.load_model()


def test_an_unknown_name_gets_near_matches_and_the_command(
    tiny_model: Path, own_stores: Path
) -> None:
    shutil.copytree(tiny_model, own_stores / "portrait")
    with pytest.raises(UsageError, match=r"did you mean portrait\?.*tomau models list"):
        store.find_model_folder("potrait")


def test_a_folder_or_its_onnx_file_is_taken(tiny_model: Path) -> None:
    assert store.find_model_folder(str(tiny_model)) == tiny_model
    assert store.find_model_folder(tiny_model / "model.onnx") == tiny_model


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no model at"):
        store.find_model_folder(str(tmp_path / "none"))


def test_an_onnx_file_that_its_card_does_not_describe_is_refused(
    tiny_model: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "two")
    shutil.copy(folder / "model.onnx", folder / "other.onnx")
    with pytest.raises(ModelError, match="is not the file that"):
        store.find_model_folder(folder / "other.onnx")


def test_a_name_wins_over_a_folder_of_that_name(
    tiny_model: Path, own_stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_model, own_stores / "sepia")
    (tmp_path / "sepia").mkdir()
    monkeypatch.chdir(tmp_path)
    assert store.find_model_folder("sepia") == own_stores / "sepia"
