from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from tomau.errors import CheckpointError
from tomau.training.state import RunState, read_state, restore_networks, save_state


def _state(value: float) -> RunState:
    net = nn.Linear(2, 1)
    nn.init.constant_(net.weight, value)
    return RunState(net, AveragedModel(net), step=int(value), images=10 * int(value), phase=0)


def test_state_comes_back(tmp_path: Path) -> None:
    save_state(tmp_path / "c", _state(3))
    torch.rand(5)
    fresh = _state(0)
    restore_networks(tmp_path / "c", fresh, read_state(tmp_path / "c"))
    assert (fresh.step, fresh.images, fresh.phase) == (3, 30, 0)
    assert float(fresh.generator.weight[0, 0]) == 3.0  # type: ignore[index, union-attr]


def test_random_stream_goes_on_where_it_was(tmp_path: Path) -> None:
    torch.manual_seed(5)
    save_state(tmp_path / "c", _state(1))
    expected = torch.rand(4)
    restore_networks(tmp_path / "c", _state(0), read_state(tmp_path / "c"))
    assert torch.equal(torch.rand(4), expected)


def test_new_checkpoint_replaces_the_old_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    save_state(tmp_path / "c", _state(1))
    save_state(tmp_path / "c", _state(2))
    assert read_state(tmp_path / "c")["step"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def test_save_cut_off_between_its_renames_loses_nothing(tmp_path: Path) -> None:
    save_state(tmp_path / "c", _state(4))
    (tmp_path / "c").rename(tmp_path / "c.old")
    assert read_state(tmp_path / "c")["step"] == 4


def test_missing_and_damaged_checkpoints_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint"):
        read_state(tmp_path / "c")
    save_state(tmp_path / "c", _state(1))
    file = tmp_path / "c" / "state.pt"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="damaged"):
        read_state(tmp_path / "c")


def test_checkpoint_of_another_network_is_one_clear_error(tmp_path: Path) -> None:
    save_state(tmp_path / "c", _state(1))
    net = nn.Linear(3, 1)
    other = RunState(net, AveragedModel(net))
    with pytest.raises(CheckpointError, match="of another network"):
        restore_networks(tmp_path / "c", other, read_state(tmp_path / "c"))


def test_full_disk_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_state(tmp_path / "c", _state(1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(CheckpointError, match=r"No space left.*one before is whole"):
        save_state(tmp_path / "c", _state(2))
    assert read_state(tmp_path / "c")["step"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
