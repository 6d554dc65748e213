from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from tomau.errors import ModelError
from tomau.runtime.card import CARD_NAME, file_sha256, read_model, verify_model, write_card

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def model_copy(tiny_model: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_model, tmp_path / "copy")


def change_card(folder: Path, **changes: object) -> None:
    path = folder / CARD_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_sound_model_passes(tiny_model: Path) -> None:
    model = read_model(tiny_model)
    verify_model(model)
    assert model.file == tiny_model / "model.onnx"
    assert model.card.stride == 32


def test_sha256_is_hashlibs(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"to mau" * 1000)
    assert file_sha256(path) == hashlib.sha256(b"to mau" * 1000).hexdigest()


def test_one_flipped_bit_is_noticed(model_copy: Path) -> None:
    file = model_copy / "model.onnx"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(ModelError, match="damaged or was changed"):
        verify_model(read_model(model_copy))


def test_a_shortened_file_is_noticed_by_its_length(model_copy: Path) -> None:
    file = model_copy / "model.onnx"
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(ModelError, match="bytes where its card says"):
        verify_model(read_model(model_copy))


def test_a_missing_file_is_told(model_copy: Path) -> None:
    (model_copy / "model.onnx").unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        verify_model(read_model(model_copy))


def test_a_missing_card_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no readable model card"):
        read_model(tmp_path)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stride": 0}, "stride"),
        ({"sha256": "short"}, "sha256"),
        ({"chroma_gain": -1}, "chroma_gain"),
        ({"file": "../../etc/model.onnx"}, "file"),
        ({"file": "C:model.onnx"}, "file"),
    ],
)
def test_a_wrong_field_is_named(model_copy: Path, changes: dict[str, object], field: str) -> None:
    change_card(model_copy, **changes)
    with pytest.raises(ModelError, match=f"not valid at {field}"):
        read_model(model_copy)


def test_a_card_that_is_no_json_is_told(model_copy: Path) -> None:
    (model_copy / CARD_NAME).write_text("{")
    with pytest.raises(ModelError, match="not valid"):
        read_model(model_copy)


def test_fields_of_later_versions_survive(model_copy: Path) -> None:
    change_card(model_copy, precision="int8")
    write_card(read_model(model_copy).card, model_copy)
    assert json.loads((model_copy / CARD_NAME).read_text())["precision"] == "int8"


def test_a_card_cannot_be_changed(tiny_model: Path) -> None:
    card = read_model(tiny_model).card
    with pytest.raises(ValidationError, match="frozen"):
        card.stride = 64
