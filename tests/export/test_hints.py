from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from tomau.errors import UsageError
from tomau.export import export_run, parity
from tomau.export.hint_inputs import split_hint_inputs
from tomau.export.onnx_model import deployable
from tomau.export.parity import TOLERANCE, sparse_hints
from tomau.runtime import OnnxSession, read_model


def draw(count: int, height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(height)
    l = torch.rand(count, 1, height, width, generator=random) * 2 - 1
    return l, sparse_hints(l, random)


def test_hints_are_few_marked_pixels() -> None:
    _, hints = draw(2, 64, 96)
    mask = hints[:, 2:]
    assert set(mask.unique().tolist()) == {0.0, 1.0}
    assert 0 < mask.mean() < 0.01
    assert (hints[:, :2] * (1 - mask) == 0).all()


def test_exported_network_takes_hints_of_any_size(hint_onnx: Path, hint_network: nn.Module) -> None:
    session = OnnxSession(hint_onnx, threads=1)
    for count, height, width in ((1, 32, 32), (3, 96, 64)):
        l, hints = draw(count, height, width)
        with torch.inference_mode():
            plain, hinted = hint_network(l).numpy(), hint_network(l, hints).numpy()
        assert np.abs(hinted - plain).max() > 0.01
        np.testing.assert_allclose(session.run(l.numpy()), plain, atol=1e-5)
        np.testing.assert_allclose(session.run(l.numpy(), hints.numpy()), hinted, atol=1e-5)


def test_parity_sees_a_network_that_ignores_its_hints(
    hint_onnx: Path, hint_network: nn.Module
) -> None:
    assert parity(deployable(hint_network, half_storage=False), hint_onnx, 32) < TOLERANCE
    deaf = deployable(hint_network, half_storage=False)
    with torch.no_grad():
        deaf.join.weight[:, 8:] = 0
    assert parity(deaf, hint_onnx, 32) > 1


def test_card_tells_that_hints_are_taken(hint_run: Path, tmp_path: Path) -> None:
    done = export_run(hint_run, tmp_path / "model")
    assert read_model(tmp_path / "model").card.hints
    assert done.card.quantization == {}


def test_split_convolution_answers_the_same(hint_onnx: Path, tmp_path: Path) -> None:
    model = onnx.load(hint_onnx)
    before = sum(node.op_type == "Conv" for node in model.graph.node)
    assert split_hint_inputs(model.graph) == 1
    assert split_hint_inputs(model.graph) == 0
    onnx.checker.check_model(model)
    assert sum(node.op_type == "Conv" for node in model.graph.node) == before + 1
    file = tmp_path / "split.onnx"
    onnx.save(model, file)
    whole, split = OnnxSession(hint_onnx, threads=1), OnnxSession(file, threads=1)
    l, hints = (part.numpy() for part in draw(2, 64, 96))
    np.testing.assert_allclose(split.run(l, hints), whole.run(l, hints), atol=1e-5)


@pytest.mark.parametrize(
    ("facts", "message"),
    [({"stride": 8}, "stride, which export finds out"), ({"metrics": [1]}, "expected an object")],
)
def test_facts_that_are_not_to_be_given_are_refused(
    hint_run: Path, tmp_path: Path, facts: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        export_run(hint_run, tmp_path / "model", facts=facts)
    assert not (tmp_path / "model").exists()
