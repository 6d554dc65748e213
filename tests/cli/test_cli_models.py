from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tomau.runtime import store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau


@pytest.fixture
def models(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of two models, one of them damaged, and nothing else."""
    folder = tmp_path / "models"
    shutil.copytree(tiny_model, folder / "good")
    (shutil.copytree(tiny_model, folder / "rotten") / "model.onnx").write_bytes(b"x")
    monkeypatch.setenv(store.MODELS_VARIABLE, str(folder))
    monkeypatch.setattr(store, "EMBEDDED_FOLDER", tmp_path / "none")
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "none")
    return folder


@pytest.mark.usefixtures("models")
def test_list(tomau: Tomau) -> None:
    result = tomau("models", "list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["good", "rotten"]


def test_list_as_json(tomau: Tomau, models: Path) -> None:
    rows = json.loads(tomau("models", "list", "--json").stdout)
    assert [row["name"] for row in rows] == ["good", "rotten"]
    assert rows[0]["folder"] == str(models / "good")
    assert rows[0]["version"] == "1"


def test_list_goes_on_after_a_broken_card(tomau: Tomau, models: Path) -> None:
    (models / "good" / "card.json").write_text("{}")
    result = tomau("models", "list")
    assert result.stdout.split()[0] == "rotten"
    assert "not valid" in result.stderr


@pytest.mark.usefixtures("models")
def test_info(tomau: Tomau) -> None:
    lines = tomau("models", "info", "good").stdout.splitlines()
    facts = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines}
    assert facts["architecture"] == "one 1x1 convolution"
    assert facts["metrics.ab_rmse"] == "12.5"
    assert json.loads(tomau("models", "info", "good", "--json").stdout)["stride"] == 32


@pytest.mark.usefixtures("models")
def test_verify_names_the_damaged_model(tomau: Tomau) -> None:
    result = tomau("models", "verify")
    assert result.exit_code == 1
    assert result.stdout.startswith("good: sound")
    assert result.stderr.startswith("error: rotten: ")
    assert tomau("models", "verify", "good").exit_code == 0


def test_verify_without_any_model_is_a_failure(
    tomau: Tomau, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.MODELS_VARIABLE, str(models / "good"))
    assert tomau("models", "verify").exit_code == 1


@pytest.mark.usefixtures("models")
def test_an_unknown_model_gets_a_near_match(tomau: Tomau) -> None:
    result = tomau("models", "info", "god")
    assert result.exit_code == 2
    assert "did you mean good?" in result.stderr


@pytest.mark.usefixtures("models")
def test_doctor_without_a_default_model_fails_and_says_so(tomau: Tomau) -> None:
    result = tomau("doctor")
    assert result.exit_code == 1
    assert any(line.startswith("!!  default model") for line in result.stdout.splitlines())


def test_doctor_as_json(tomau: Tomau, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "EMBEDDED_FOLDER", models / "good")
    result = tomau("doctor", "--json")
    assert result.exit_code == 0
    findings = {entry["subject"]: entry for entry in json.loads(result.stdout)}
    assert findings["default model"]["state"] == "ok"
    assert findings["processors"]["detail"].endswith("usable")


def test_fetch_says_what_came_and_what_was_expected(tomau: Tomau) -> None:
    result = tomau("models", "fetch", "ftp://somewhere/model")
    assert result.exit_code == 2
    assert "https://" in result.stderr
    assert len(result.stderr.splitlines()) == 1
