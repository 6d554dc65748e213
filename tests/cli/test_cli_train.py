from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tests.data.conftest import make_photo
from tomau.cli.app import app


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(10):
        make_photo(seed, 64, 64).save(photos / f"{seed}.png")
    phase = {"epochs": 0.5, "batch": 4, "crop": 32}
    config = {
        "name": "small",
        "generator": "unet-efficientnet_lite0.pix2pix",
        "data": {
            "photos": str(photos),
            "validation_share": 0.2,
            "validation_limit": 1,
            "cache": str(tmp_path / "cache"),
        },
        "phases": [phase | {"regime": "l1-pretraining"}, phase | {"regime": "adversarial"}],
        "device": "cpu",
        "log_every": 1,
    }
    path = tmp_path / "c.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def _tomau(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tomau", *map(str, arguments)]
    environment = os.environ | {"GLOO_SOCKET_IFNAME": "lo"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, timeout=300
    )


def test_dry_run_shows_the_resolved_configuration_and_trains_nothing(
    config_file: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    arguments = ["train", str(config_file), "--out", str(run), "--set", "seed=9", "--dry-run"]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["seed"] == 9
    assert not run.exists()


def test_wrong_override_exits_2_with_one_line(config_file: Path, tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        app, ["train", str(config_file), "--out", str(tmp_path / "r"), "--set", "seed=red"]
    )
    assert answer.exit_code == 2
    assert answer.stderr.count("\n") == 1
    assert "seed" in answer.stderr


def test_trained_model_is_exported_and_colourizes(config_file: Path, tmp_path: Path) -> None:
    trained = _tomau("train", config_file, "--out", tmp_path / "run")
    assert trained.returncode == 0, trained.stderr
    assert trained.stdout.strip() == str(tmp_path / "run")
    assert "images_per_s" in trained.stderr
    assert "left" in trained.stderr
    exported = _tomau("export", tmp_path / "run", "-o", tmp_path / "model", "-q")
    assert exported.returncode == 0, exported.stderr
    make_photo(77).convert("L").save(tmp_path / "gray.png")
    done = _tomau("colorize", tmp_path / "gray.png", "-m", tmp_path / "model")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "gray.color.png").is_file()


def test_two_processes_train_one_model(config_file: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = _tomau("train", config_file, "--out", run, "--set", "devices=2")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    steps = [row["step"] for row in rows if row["event"] == "train"]
    assert steps == [1, 2]
    assert (run / "checkpoint" / "discriminator.safetensors").is_file()
