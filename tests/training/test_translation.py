from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from tests.data.conftest import make_photo
from tests.training.conftest import Recorder, TinyGenerator
from tomau.errors import DataError, UsageError
from tomau.models import create_generator, generators, read_weights
from tomau.models.discriminators import discriminators
from tomau.training import TrainConfig, Trainer, load_config
from tomau.training.opening import open_task
from tomau.training.translation import translate

ROOT = Path(__file__).parents[2]


class SteadyGenerator(TinyGenerator):
    """The tiny one without chance."""

    def __init__(self, *, inputs: int = 1, outputs: int = 2) -> None:
        super().__init__(inputs=inputs, outputs=outputs)
        self.dropout = nn.Dropout(0.0)


class ConstantGenerator(nn.Module):
    """Answers one value."""

    stride = 1

    def __init__(self, outputs: int, value: float) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.full((1, outputs, 1, 1), value))

    def forward(self, x: Tensor) -> Tensor:
        return self.value.expand(len(x), -1, *x.shape[2:])


@pytest.fixture(scope="module", autouse=True)
def steady_generator() -> Iterator[None]:
    generators.register("steady")(SteadyGenerator)
    yield
    del generators._factories["steady"]


def _write(folder: Path, name: str, pixels: np.ndarray) -> None:
    folder.mkdir(exist_ok=True)
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        Image.fromarray(pixels).save(folder / f"{name}.png")
    else:
        np.save(folder / f"{name}.npy", pixels)


def _photos(count: int = 16) -> Iterator[tuple[str, np.ndarray]]:
    return ((str(seed), np.asarray(make_photo(seed, 64, 64))) for seed in range(count))


@pytest.fixture
def negatives(config: TrainConfig, tmp_path: Path) -> TrainConfig:
    """Photos and their negatives."""
    for name, rgb_u8 in _photos():
        _write(tmp_path / "negatives", name, 255 - rgb_u8)
    data = config.data.model_copy(update={"targets": str(tmp_path / "negatives")})
    return config.model_copy(update={"data": data, "generator": "steady"})


def _weights(run: Path) -> dict[str, Tensor]:
    return {
        f"{name}/{key}": value
        for name in ("generator", "ema", "discriminator")
        for key, value in read_weights(run / "checkpoint" / f"{name}.safetensors").items()
    }


def test_run_learns_the_negative(negatives: TrainConfig, tmp_path: Path) -> None:
    phases = (negatives.phases[0].model_copy(update={"epochs": 60.0, "lr": 2e-2}),)
    recorder, run = Recorder(), tmp_path / "run"
    config = negatives.model_copy(update={"phases": phases, "ema_decay": 0.9})
    Trainer(config, run, recorder).fit()
    last = recorder.values[max(recorder.values)]
    assert last["rmse"] < 0.25 * last["mean_rmse"]
    assert recorder.messages[0].endswith("16 pairs, 3 channels to 3, 0 left out")
    with Image.open(next((run / "samples").glob("*.png"))) as sheet:
        assert sheet.width > 3 * 256  # of tiles, however small the pictures
    network = create_generator("steady", inputs=3, outputs=3)
    network.load_state_dict(read_weights(run / "checkpoint/ema.safetensors"))
    odd = np.asarray(make_photo(99, 50, 71))
    answer = translate(network.train(), odd)
    assert network.training
    assert (answer.shape, answer.dtype) == (odd.shape, np.uint8)
    assert np.abs(answer.astype(int) - (255 - odd)).mean() < 0.2 * np.abs(odd - 127.5).mean()


@pytest.mark.parametrize("stop", [3, 8], ids=["in-the-first-phase", "in-the-adversarial-phase"])
def test_interrupted_run_goes_on_to_equal_weights(
    negatives: TrainConfig, tmp_path: Path, stop: int
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    Trainer(negatives, whole, Recorder()).fit()
    with pytest.raises(KeyboardInterrupt):
        Trainer(negatives, parts, Recorder(stop_at=stop)).fit()
    Trainer(negatives, parts, Recorder()).fit(resume=True)
    expected, got = _weights(whole), _weights(parts)
    assert [name for name, value in expected.items() if not torch.equal(value, got[name])] == []


@pytest.mark.parametrize("channels", [(1, 1), (1, 3), (3, 1), (5, 2)])
def test_both_phases_take_any_channel_counts(
    negatives: TrainConfig, tmp_path: Path, channels: tuple[int, int]
) -> None:
    inputs, outputs = channels
    for name, rgb_u8 in _photos():
        planes = np.concatenate((rgb_u8, 255 - rgb_u8, rgb_u8[..., ::-1]), axis=2)
        for folder, count in (("in", inputs), ("out", outputs)):
            pixels = planes[..., -count:]
            _write(tmp_path / folder, name, pixels[..., 0] if count == 1 else pixels)
    data = {"photos": str(tmp_path / "in"), "targets": str(tmp_path / "out")}
    config = negatives.model_copy(update={"data": negatives.data.model_copy(update=data)})
    recorder = Recorder()
    Trainer(config, tmp_path / "run", recorder).fit()
    weights = _weights(tmp_path / "run")
    assert weights["generator/encoder.weight"].shape[1] == inputs
    assert weights["generator/head.weight"].shape[0] == outputs
    assert weights["discriminator/layers.0.weight"].shape[1] == inputs + outputs
    assert {"d", "g_gan", "l1"} <= recorder.values[9].keys()


def test_scores_are_those_of_a_second_opinion(negatives: TrainConfig) -> None:
    task = open_task(negatives, Recorder())
    constant = ConstantGenerator(3, 0.2)
    scores = task.validate(constant, torch.device("cpu"))
    pairs = task._pairs.astype(np.float64)  # type: ignore[attr-defined]
    answer = (0.2 + 1) * 127.5
    rmse = [np.sqrt(np.mean((pair[..., 3:] - answer) ** 2)) for pair in pairs]
    assert scores["rmse"] == pytest.approx(np.mean(rmse), rel=1e-4)
    targets = [task.train.photo(i)[..., 3:] for i in range(len(task.train))]
    mean = np.mean(targets, axis=(0, 1, 2))
    anchor = [np.sqrt(np.mean((pair[..., 3:] - mean) ** 2)) for pair in pairs]
    assert scores["mean_rmse"] == pytest.approx(np.mean(anchor), rel=1e-4)
    l1 = np.mean(np.abs(pairs[..., 3:] - answer)) / 127.5
    assert scores["l1"] == pytest.approx(l1, rel=1e-4)


def test_samples_show_what_the_files_hold(negatives: TrainConfig) -> None:
    task = open_task(negatives, Recorder())
    shown = task.samples(ConstantGenerator(3, 1.0), torch.device("cpu"), 2)
    assert len(shown) == 2
    for seen, answer, target in shown:
        assert np.abs(seen.astype(int) - (255 - target)).max() <= 3
        assert (answer == 255).all()


def test_gray_pairs_pass_the_discriminator() -> None:
    judge = discriminators.create("patchgan70", inputs=2)
    seen = torch.zeros(1, 1, 64, 64)
    answer = ConstantGenerator(1, 0.5)(seen)
    assert judge(torch.cat((seen, answer), dim=1)).shape == (1, 1, 6, 6)


@pytest.mark.parametrize(
    ("phase", "name"),
    [
        ({"hints": {}}, "hints"),
        ({"aged": 0.4}, "aged"),
        ({"rebalance": 0.5}, "rebalance"),
        ({"regime": "weighted", "losses": {"classes": 1}}, r"losses\.classes"),
        ({"regime": "weighted", "losses": {"features": 1}}, r"losses\.features"),
        ({"regime": "weighted", "losses": {"colorfulness": 1}}, r"losses\.colorfulness"),
    ],
)
def test_what_is_for_colour_only_is_refused(
    negatives: TrainConfig, phase: dict[str, object], name: str
) -> None:
    tree = negatives.model_dump()
    tree["phases"][1].update(phase)
    with pytest.raises(UsageError, match=rf"phases\.1\.{name} came with data\.targets") as caught:
        TrainConfig.model_validate(tree)
    assert "\n" not in str(caught.value)


def test_validation_needs_targets_of_its_own(negatives: TrainConfig, tmp_path: Path) -> None:
    tree = negatives.model_dump()
    tree["data"] |= {"validation": str(tmp_path / "photos")}
    with pytest.raises(UsageError, match="validation_targets is the folder"):
        TrainConfig.model_validate(tree)
    tree["data"] |= {"validation_targets": str(tmp_path / "negatives")}
    assert len(open_task(TrainConfig.model_validate(tree), Recorder()).train) == 16
    for name, rgb_u8 in _photos(2):
        _write(tmp_path / "gray", name, rgb_u8[..., 0])
    tree["data"] |= {"validation_targets": str(tmp_path / "gray")}
    with pytest.raises(DataError, match="3 channels to 1; expected 3 to 3"):
        open_task(TrainConfig.model_validate(tree), Recorder())


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nothing_to_train_or_to_score_is_refused(negatives: TrainConfig, share: float) -> None:
    data = negatives.data.model_copy(update={"validation_share": share})
    with pytest.raises(DataError, match=r"change data\.validation_share"):
        open_task(negatives.model_copy(update={"data": data}), Recorder())


def test_shipped_recipe_takes_two_folders(tmp_path: Path) -> None:
    config = load_config(
        ROOT / "configs/train/pairs.yaml",
        (f"data.targets={tmp_path / 'b'}",),
        data__photos=str(tmp_path / "a"),
    )
    assert (config.generator, config.data.photos) == ("unet.pix2pix", str(tmp_path / "a"))
    assert config.phases[-1].loss_weights.g_gan == 1


def test_example_draws_its_sheet(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    _example().main(["--out", str(tmp_path), "--steps", "2"])
    with Image.open(tmp_path / "edges-to-photo.png") as sheet:
        assert min(sheet.size) > 256


def _example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example", ROOT / "examples/edges_to_photo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
