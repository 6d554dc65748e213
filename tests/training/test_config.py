from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tomau.errors import UsageError
from tomau.training import load_config

MINIMAL = {
    "name": "n",
    "generator": "unet-resnet18.pix2pix",
    "data": {"photos": "photos"},
    "phases": [{"regime": "l1-pretraining", "epochs": 1}],
}


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(yaml.safe_dump(MINIMAL))
    return path


def test_overrides_reach_lists_and_new_keys(config_file: Path) -> None:
    overrides = ("phases.0.epochs=2.5", "data.min_chroma=3", "seed=7")
    config = load_config(config_file, overrides, data__photos="elsewhere")
    assert config.phases[0].epochs == 2.5
    assert config.data.min_chroma == 3
    assert config.seed == 7
    assert config.data.photos == "elsewhere"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("phases.0.epochs=-1", "phases.0.epochs.*greater than 0"),
        ("phases.0.regime=wgan", "phases.0.regime"),
        ("phases.0.crop=100", "multiple of 32"),
        ("phases.3.epochs=1", "fits nowhere"),
        ("speed=9", "speed.*not permitted"),
        ("seed", "expected key=value"),
    ],
)
def test_wrong_values_are_named_in_one_line(config_file: Path, override: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load_config(config_file, (override,))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["a: [", "- just\n- a list", ""])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(UsageError):
        load_config(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no configuration at"):
        load_config(tmp_path / "none.yaml")


@pytest.mark.parametrize("path", sorted(Path("configs/train").glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_configurations_are_valid(path: Path) -> None:
    assert load_config(path).phases
