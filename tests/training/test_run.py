from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from tests.training.conftest import Recorder
from tomau.errors import UsageError
from tomau.models import read_weights
from tomau.training import TrainConfig, Trainer


def _weights(run: Path) -> dict[str, torch.Tensor]:
    names = ("generator", "ema", "discriminator")
    return {
        f"{name}/{key}": value
        for name in names
        for key, value in read_weights(run / "checkpoint" / f"{name}.safetensors").items()
    }


@pytest.mark.parametrize("stop", [3, 8], ids=["in-the-first-phase", "in-the-adversarial-phase"])
def test_interrupted_run_goes_on_to_equal_weights(
    config: TrainConfig, tmp_path: Path, stop: int
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    Trainer(config, whole, Recorder()).fit()
    with pytest.raises(KeyboardInterrupt):
        Trainer(config, parts, Recorder(stop_at=stop)).fit()
    resumed = Recorder()
    Trainer(config, parts, resumed).fit(resume=True)
    assert f"resuming at step {stop} " in " ".join(resumed.messages)
    assert min(resumed.values) == stop + 1
    expected, got = _weights(whole), _weights(parts)
    assert expected.keys() == got.keys()
    unequal = [name for name, value in expected.items() if not torch.equal(value, got[name])]
    assert unequal == []


def test_run_lowers_the_error_and_leaves_its_record(config: TrainConfig, tmp_path: Path) -> None:
    recorder = Recorder()
    phases = (config.phases[0].model_copy(update={"epochs": 30.0, "lr": 1e-2}),)
    run = tmp_path / "run"
    Trainer(config.model_copy(update={"phases": phases}), run, recorder).fit()
    losses = [values["l1"] for _, values in sorted(recorder.values.items()) if "l1" in values]
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert rows[0]["event"] == "train"
    assert {"l1", "lr", "images", "images_per_s", "seconds", "phase"} <= rows[0].keys()
    assert rows[-1]["event"] == "validation"
    assert rows[-1]["gray_rmse"] > 0
    assert len(list((run / "samples").glob("*.png"))) == 1
    assert list((run / "tensorboard").iterdir())
    assert json.loads((run / "config.json").read_text())["generator"] == "tiny"


def test_adversarial_phase_teaches_both_networks(config: TrainConfig, tmp_path: Path) -> None:
    recorder = Recorder()
    Trainer(config, tmp_path / "run", recorder).fit()
    last = recorder.values[max(recorder.values)]
    assert {"d", "g_gan", "l1", "d_real", "d_fake", "rmse", "chroma_share"} <= last.keys()
    weights = _weights(tmp_path / "run")
    assert float(weights["discriminator/layers.0.weight"].std()) > 0


def test_held_out_photos_are_counted_apart(config: TrainConfig, tmp_path: Path) -> None:
    trainer = Trainer(config, tmp_path / "run", Recorder())
    train, held_out = trainer._open_photos()
    assert len(train) + len(held_out) == 16
    assert not {*train.keys} & {*held_out.keys}


def test_second_run_in_the_same_folder_is_refused(config: TrainConfig, tmp_path: Path) -> None:
    Trainer(config, tmp_path / "run", Recorder()).fit()
    with pytest.raises(UsageError, match="add --resume"):
        Trainer(config, tmp_path / "run", Recorder()).fit()
