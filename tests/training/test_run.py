from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from tests.training.conftest import Recorder
from tomau.errors import TrainingError, UsageError
from tomau.models import read_weights
from tomau.training import TrainConfig, Trainer
from tomau.training.opening import open_task


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


def test_held_out_photos_are_no_training_photos(config: TrainConfig) -> None:
    task = open_task(config, Recorder())
    assert 4 < len(task.train) < 16


def test_limit_takes_fewer_training_photos(config: TrainConfig) -> None:
    data = config.data.model_copy(update={"limit": 5})
    assert len(open_task(config.model_copy(update={"data": data}), Recorder()).train) == 5


def test_loss_that_is_no_number_stops_the_run_before_it_is_saved(
    config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        Trainer(config, run, Recorder(stop_at=2)).fit()
    saved = _weights(run)
    monkeypatch.setattr(
        "tomau.training.steps.l1_loss", lambda ab, truth: (ab - truth).sum() * math.nan
    )
    with pytest.raises(TrainingError, match=r"l1 is not finite at batch 2; .*checkpoint stays"):
        Trainer(config, run, Recorder()).fit(resume=True)
    assert all(torch.equal(value, saved[name]) for name, value in _weights(run).items())


def test_resumed_run_takes_the_rate_of_its_new_configuration(
    config: TrainConfig, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        Trainer(config, run, Recorder(stop_at=2)).fit()
    slower = config.phases[0].model_copy(update={"lr": 1e-5})
    changed = config.model_copy(update={"phases": (slower, *config.phases[1:])})
    with pytest.raises(KeyboardInterrupt):
        Trainer(changed, run, Recorder(stop_at=3)).fit(resume=True)
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert [row["lr"] for row in rows if row["event"] == "train"] == [1e-3, 1e-3, 1e-5]


def test_epochs_are_kept_and_scored(config: TrainConfig, tmp_path: Path) -> None:
    recorder = Recorder()
    run = tmp_path / "run"
    Trainer(config.model_copy(update={"keep_epochs": True}), run, recorder).fit()
    kept = sorted(path.name for path in (run / "epochs").iterdir())
    names = ["phase-0-epoch-01", "phase-0-epoch-02", "phase-1-epoch-01"]
    assert kept == [f"{name}.safetensors" for name in names]
    assert sum("rmse" in values for values in recorder.values.values()) == 3


def test_network_with_hints_and_classes_learns(config: TrainConfig, tmp_path: Path) -> None:
    losses = {"smooth_l1": 10, "classes": 1, "hints": 10, "colorfulness": 0.1, "g_gan": 0.1}
    phase = {"regime": "weighted", "losses": losses, "epochs": 6, "batch": 4, "crop": 32}
    phase |= {
        "lr": 4e-3,
        "hints": {"recolored": 0.5},
        "aged": 0.5,
        "gan": "hinge",
        "rebalance": 0.9,
    }
    phase |= {"frozen": ["encoder.conv_stem"], "fixed_statistics": True}
    changed = config.model_dump() | {
        "generator": "hint-efficientnet_lite0.tomau1",
        "discriminator": "patchgan70-spectral",
        "phases": [phase],
    }
    recorder = Recorder()
    Trainer(TrainConfig.model_validate(changed), tmp_path / "run", recorder).fit()
    classes = [v["classes"] for _, v in sorted(recorder.values.items()) if "classes" in v]
    assert sum(classes[-4:]) < 0.95 * sum(classes[:4])
    assert {"colorfulness", "g_gan", "d", "smooth_l1", "hints"} <= recorder.values[1].keys()
    weights = _weights(tmp_path / "run")
    assert int(weights["generator/encoder.bn1.num_batches_tracked"]) == 0


def test_unknown_frozen_part_is_refused(config: TrainConfig, tmp_path: Path) -> None:
    phase = config.phases[0].model_copy(update={"frozen": ("encodr",)})
    with pytest.raises(UsageError, match="'encodr' came"):
        Trainer(config.model_copy(update={"phases": (phase,)}), tmp_path / "r", Recorder()).fit()


def test_second_run_in_the_same_folder_is_refused(config: TrainConfig, tmp_path: Path) -> None:
    Trainer(config, tmp_path / "run", Recorder()).fit()
    with pytest.raises(UsageError, match="add --resume"):
        Trainer(config, tmp_path / "run", Recorder()).fit()
