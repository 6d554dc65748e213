from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tomau.data import HintOptions, hint_patches
from tomau.errors import UsageError
from tomau.export import export_run, parity
from tomau.export.onnx_model import deployable
from tomau.export.parity import TOLERANCE
from tomau.models.hints import paint_hints
from tomau.runtime import OnnxSession, read_model
from tomau.runtime.hints import spread_hints


def test_exported_network_and_runtime_spread_hints_as_torch_does(
    hint_onnx: Path, hint_network: nn.Module
) -> None:
    session = OnnxSession(hint_onnx, threads=1)
    for count, side in ((1, 32), (3, 96)):
        l, ab = torch.rand(count, 1, side, side) * 2 - 1, torch.rand(count, 2, side, side) - 0.5
        patches = hint_patches(count, side, HintOptions(share=1.0), np.random.default_rng(side))
        hints = paint_hints(ab, patches)
        with torch.inference_mode():
            plain, hinted = hint_network(l).numpy(), hint_network(l, hints).numpy()
        answer = session.run(l.numpy())
        assert answer.guide is not None
        np.testing.assert_allclose(answer.ab, plain, atol=1e-5)
        assert np.abs(hinted - plain).max() > 0.01
        for number in range(count):
            planes = (answer.ab[number], answer.guide[number], hints[number].numpy())
            spread = spread_hints(*(plane.transpose(1, 2, 0) for plane in planes))
            np.testing.assert_allclose(spread.transpose(2, 0, 1), hinted[number], atol=2e-5)


def test_parity_sees_another_guide(hint_onnx: Path, hint_network: nn.Module) -> None:
    assert parity(deployable(hint_network, half_storage=False), hint_onnx, 32) < TOLERANCE
    other = deployable(hint_network, half_storage=False)
    with torch.no_grad():
        other.guide.embed.weight[0] *= -1
    assert parity(other, hint_onnx, 32) > 1


def test_card_tells_that_hints_are_taken(hint_run: Path, tmp_path: Path) -> None:
    done = export_run(hint_run, tmp_path / "model")
    assert read_model(tmp_path / "model").card.hints
    assert done.card.quantization == {}


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
