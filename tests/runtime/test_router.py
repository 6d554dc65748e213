from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tomau.errors import ModelError
from tomau.imaging import Picture
from tomau.runtime import Colorizer, ModelCard, file_sha256, read_model, write_card
from tomau.runtime.router import ROUTER_NAME, RoutedColorizer, Router, read_router

LIGHT = np.full((64, 64), 90.0, np.float32)
DARK = np.full((64, 64), 10.0, np.float32)


def make_router(sha256: str) -> Router:
    """Features of the made network are the mean l: light pictures are skies."""
    weights = ((10.0,) * 5, (-10.0,) * 5)
    return Router(sha256=sha256, subjects=("sky", "cave"), weights=weights, bias=(0.0, 0.0))


@pytest.fixture
def store(
    hint_model: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A default model with a router, and one specialist, for skies."""
    default = tmp_path / "default"
    default.mkdir()
    file = Path(shutil.copy(hint_model, default / "model.onnx"))
    sha256 = file_sha256(file)
    facts = {"sha256": sha256, "bytes": file.stat().st_size, "stride": 32, "size": 64}
    write_card(ModelCard(name="general", version="1", architecture="a", **facts), default)
    (default / ROUTER_NAME).write_text(make_router(sha256).model_dump_json())
    specialist = shutil.copytree(tiny_model, tmp_path / "skies")
    card = read_model(specialist).card.model_copy(update={"subject": "sky", "name": "skies"})
    write_card(card, specialist)
    monkeypatch.setenv("TOMAU_MODELS", str(tmp_path))
    return tmp_path


def test_specialist_answers_what_it_is_for(store: Path) -> None:
    prediction = Colorizer.load("auto", threads=1).predict(LIGHT)
    expected = Colorizer.load(store / "skies", threads=1).predict(LIGHT)
    np.testing.assert_array_equal(prediction.ab, expected.ab)
    assert prediction.notes == ("coloured by skies: sky, 100% sure",)


def test_default_answers_what_no_specialist_is_for(store: Path) -> None:
    prediction = Colorizer.load("auto", threads=1).predict(DARK)
    expected = Colorizer.load(store / "default", threads=1).predict(DARK)
    np.testing.assert_array_equal(prediction.ab, expected.ab)
    assert prediction.notes == ()


@pytest.mark.usefixtures("store")
def test_default_answers_where_the_router_is_unsure() -> None:
    routed = Colorizer.load("auto", threads=1)
    assert isinstance(routed, RoutedColorizer)
    subject, share = routed.router.subject(np.full((4, 4, 5), 0.0002, np.float32))
    assert subject == "sky"
    assert 0.5 < share < 0.51
    middle = np.full((64, 64), 50.01, np.float32)
    assert routed.predict(middle).notes
    routed.router = routed.router.model_copy(update={"least_share": 0.51})
    assert routed.predict(middle).notes == ()


@pytest.mark.usefixtures("store")
def test_user_is_told_who_answered() -> None:
    picture = Picture(np.full((64, 64), 240, np.uint8))
    result = Colorizer.load("auto", threads=1).colorize_picture(picture)
    assert result.notes == ("coloured by skies: sky, 100% sure",)
    assert result.xmp is not None
    assert b"model skies" in result.xmp


def test_router_of_another_model_file_is_refused(store: Path) -> None:
    (store / "default" / ROUTER_NAME).write_text(make_router("0" * 64).model_dump_json())
    with pytest.raises(ModelError, match="trained on another model file"):
        Colorizer.load("auto")


@pytest.mark.parametrize("text", [None, "{}", "no json"])
def test_missing_or_damaged_router_is_told(store: Path, text: str | None) -> None:
    path = store / "default" / ROUTER_NAME
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    with pytest.raises(ModelError, match=r"no usable router at .*: name a model instead of auto"):
        read_router(path.parent, "0" * 64)


def test_default_without_features_is_told(tiny_model: Path) -> None:
    general = Colorizer.load(tiny_model, threads=1)
    with pytest.raises(ModelError, match="tells no features"):
        RoutedColorizer(general, make_router("0" * 64), {}).predict(LIGHT)
