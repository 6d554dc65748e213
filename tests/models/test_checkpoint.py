from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tomau.errors import CheckpointError
from tomau.models import read_weights, write_weights


def test_weights_come_back_as_they_went_half_precision_widened(tmp_path: Path) -> None:
    weights = {"a": torch.randn(3, 2), "h": torch.ones(4).half(), "n": torch.tensor(7)}
    write_weights(tmp_path / "deep" / "w.safetensors", weights)
    read = read_weights(tmp_path / "deep" / "w.safetensors")
    assert torch.equal(read["a"], weights["a"])
    assert read["h"].dtype == torch.float32
    assert int(read["n"]) == 7


def test_no_temporary_file_is_left(tmp_path: Path) -> None:
    write_weights(tmp_path / "w.safetensors", {"a": torch.zeros(1)})
    assert [file.name for file in tmp_path.iterdir()] == ["w.safetensors"]


@pytest.mark.parametrize("content", [b"", b"not weights", b"\xff" * 64])
def test_damaged_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.safetensors").write_bytes(content)
    with pytest.raises(CheckpointError, match="not a whole safetensors file"):
        read_weights(tmp_path / "w.safetensors")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no weights at"):
        read_weights(tmp_path / "w.safetensors")
