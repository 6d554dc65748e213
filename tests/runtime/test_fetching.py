from __future__ import annotations

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tomau.errors import ModelError, UsageError
from tomau.runtime import store
from tomau.runtime.fetching import fetch_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def shelf(tiny_model: Path, tmp_path: Path) -> Path:
    """What the server offers."""
    shutil.copytree(tiny_model, tmp_path / "shelf" / "sepia")
    return tmp_path / "shelf"


@pytest.fixture
def address(shelf: Path) -> Iterator[str]:
    """A file server on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(shelf))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(store.MODELS_VARIABLE, raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "user")
    return tmp_path / "user" / "models"


@pytest.mark.parametrize("end", ["", "/", "/card.json"])
def test_a_fetched_model_is_found_by_its_name(address: str, end: str) -> None:
    model = fetch_model(f"{address}/sepia{end}", "album")
    assert store.load_model("album").folder == model.folder


def test_a_model_is_called_as_its_card_says(address: str) -> None:
    model = fetch_model(f"{address}/sepia")
    assert model.folder.name == model.card.name


def test_a_changed_file_leaves_nothing(address: str, shelf: Path, own_store: Path) -> None:
    with (shelf / "sepia" / "model.onnx").open("ab") as stream:
        stream.write(b"more")
    with pytest.raises(ModelError, match="cannot be fetched"):
        fetch_model(f"{address}/sepia", "album")
    assert list(own_store.iterdir()) == []


def test_a_missing_folder_is_told(address: str, own_store: Path) -> None:
    with pytest.raises(ModelError, match="404"):
        fetch_model(f"{address}/nothing")
    assert list(own_store.iterdir()) == []


def test_another_digest_than_was_told_is_refused(address: str, own_store: Path) -> None:
    with pytest.raises(ModelError, match="expected 0000"):
        fetch_model(f"{address}/sepia", "album", sha256="0" * 64)
    assert list(own_store.iterdir()) == []


def test_a_name_is_given_once(address: str) -> None:
    fetch_model(f"{address}/sepia", "album")
    with pytest.raises(UsageError, match="--name"):
        fetch_model(f"{address}/sepia", "album")


@pytest.mark.parametrize("name", ["default", "auto", "../up", ".hidden", "a/b"])
def test_names_that_are_none(address: str, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be called"):
        fetch_model(f"{address}/sepia", name)


def test_a_place_that_is_no_address() -> None:
    with pytest.raises(UsageError, match="https://"):
        fetch_model("models/sepia")
