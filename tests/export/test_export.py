from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from tomau.errors import CheckpointError, ModelError, UsageError
from tomau.export import export_run, parity
from tomau.export.onnx_model import deployable, write_onnx
from tomau.export.parity import TOLERANCE, check_parity
from tomau.models import create_generator, write_weights
from tomau.runtime.card import file_sha256

NAME = "unet-efficientnet_lite0.pix2pix"


@pytest.fixture(scope="module")
def network() -> nn.Module:
    """A network whose BatchNorms have something to fold."""
    torch.manual_seed(0)
    net = create_generator(NAME)
    for part in net.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_mean, -0.2, 0.2)
            nn.init.uniform_(part.running_var, 0.5, 2.0)
            nn.init.uniform_(part.weight, 0.5, 1.5)
    return net.eval()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, network: nn.Module) -> Path:
    run = tmp_path_factory.mktemp("run")
    write_weights(run / "checkpoint" / "ema.safetensors", network.state_dict())
    config = {"name": "n", "generator": NAME, "phases": [], "seed": 0, "ema_decay": 0.9}
    (run / "config.json").write_text(json.dumps(config))
    row = {"event": "validation", "rmse": 12.5, "gray_rmse": 14.0, "chroma_share": 0.7, "images": 9}
    (run / "log.jsonl").write_text(json.dumps(row) + "\n")
    return run


@pytest.fixture(scope="module")
def model_folder(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    export_run(run, folder, chroma_gain=1.1, facts={"license": "MIT", "metrics": {"x": 1}})
    return folder


def test_folding_changes_no_answer(network: nn.Module) -> None:
    l = torch.rand(1, 1, 64, 64) * 2 - 1
    folded = deployable(network, half_storage=False)
    assert not any(isinstance(part, nn.BatchNorm2d) for part in folded.modules())
    torch.testing.assert_close(folded(l), network(l), atol=1e-5, rtol=1e-4)


def test_exported_model_answers_as_torch_at_any_size(
    model_folder: Path, network: nn.Module
) -> None:
    session = onnxruntime.InferenceSession(str(model_folder / "model.onnx"))
    expected_net = deployable(network, half_storage=True)
    for count, height, width in ((1, 32, 32), (3, 96, 64), (1, 256, 384)):
        l = torch.rand(count, 1, height, width) * 2 - 1
        (ab,) = session.run(["ab"], {"l": l.numpy()})
        with torch.inference_mode():
            expected = expected_net(l).numpy()
        assert ab.shape == (count, 2, height, width)
        assert np.abs(ab - expected).max() * 110 < TOLERANCE


def test_filters_are_stored_in_half_precision(model_folder: Path) -> None:
    model = onnx.load(model_folder / "model.onnx")
    large = [t for t in model.graph.initializer if np.prod(t.dims) >= 1024]
    assert large
    assert {t.data_type for t in large} == {onnx.TensorProto.FLOAT16}


def test_file_names_no_source_lines_of_the_exporting_machine(model_folder: Path) -> None:
    assert b"site-packages" not in (model_folder / "model.onnx").read_bytes()
    graph = onnx.load(model_folder / "model.onnx").graph
    assert not any(node.metadata_props for node in graph.node)


def test_card_describes_the_file_and_the_run(model_folder: Path) -> None:
    card = json.loads((model_folder / "card.json").read_text())
    file = model_folder / card["file"]
    assert card["sha256"] == file_sha256(file)
    assert card["bytes"] == file.stat().st_size
    assert (card["stride"], card["chroma_gain"], card["license"]) == (32, 1.1, "MIT")
    assert card["metrics"]["training_validation_rmse"] == 12.5
    assert card["metrics"]["x"] == 1
    assert 0 <= card["metrics"]["onnx_parity_max_ab"] < TOLERANCE


def test_gate_refuses_a_file_of_another_network(network: nn.Module, tmp_path: Path) -> None:
    write_onnx(deployable(network, half_storage=False), tmp_path / "m.onnx", half_storage=False)
    torch.manual_seed(1)
    other = create_generator(NAME).eval()
    assert parity(network, tmp_path / "m.onnx", 32) < TOLERANCE
    with pytest.raises(ModelError, match="ONNX and torch differ"):
        check_parity(other, tmp_path / "m.onnx", 32)


def test_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no config\.json"):
        export_run(tmp_path, tmp_path / "model")
    (tmp_path / "config.json").write_text(json.dumps({"generator": NAME}))
    with pytest.raises(CheckpointError, match="expected a run that saved"):
        export_run(tmp_path, tmp_path / "model")


def test_run_that_learnt_no_colour_is_refused(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").mkdir()
    write_weights(tmp_path / "checkpoint" / "ema.safetensors", {"w": torch.zeros(1)})
    config = {"generator": "unet.pix2pix", "data": {"targets": "photos"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UsageError, match="translation of pairs"):
        export_run(tmp_path, tmp_path / "out")
