from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tomau.errors import ModelError, UsageError
from tomau.runtime.session import OnnxSession, available_cpus, choose_providers

if TYPE_CHECKING:
    from pathlib import Path

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"


@pytest.fixture(scope="module")
def session(tiny_model: Path) -> OnnxSession:
    return OnnxSession(tiny_model / "model.onnx", threads=1)


@pytest.mark.parametrize("shape", [(1, 1, 32, 32), (3, 1, 64, 96)])
def test_the_network_is_run(session: OnnxSession, shape: tuple[int, ...]) -> None:
    l = np.random.default_rng(1).uniform(-1, 1, shape).astype(np.float32)
    ab = session.run(l)
    assert ab.shape == (shape[0], 2, *shape[2:])
    np.testing.assert_allclose(ab[:, 0], 0.10 * l[:, 0] + 0.25, atol=1e-6)
    np.testing.assert_allclose(ab[:, 1], -0.15 * l[:, 0] + 0.30, atol=1e-6)


def test_threads_may_share_it(session: OnnxSession) -> None:
    inputs = [np.full((1, 1, 32, 32 * n), n / 10, np.float32) for n in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        for n, ab in enumerate(pool.map(session.run, inputs), start=1):
            assert ab.shape == (1, 2, 32, 32 * n)
            np.testing.assert_allclose(ab[:, 0], 0.10 * n / 10 + 0.25, atol=1e-6)


def test_at_least_one_processor() -> None:
    assert available_cpus() >= 1


@pytest.mark.parametrize(
    ("device", "available", "expected"),
    [
        ("auto", [CPU], [CPU]),
        ("auto", [CUDA, CPU], [CUDA, CPU]),
        ("cpu", [CUDA, CPU], [CPU]),
        ("cuda", [CUDA, CPU], [CUDA, CPU]),
        ("openvino", ["OpenVINOExecutionProvider", CPU], ["OpenVINOExecutionProvider", CPU]),
    ],
)
def test_devices_become_providers(device: str, available: list[str], expected: list[str]) -> None:
    assert choose_providers(device, available) == expected


def test_a_device_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"device 'cuda' cannot be used; .* offers cpu, openvino:"):
        choose_providers("cuda", ["OpenVINOExecutionProvider", "AzureExecutionProvider", CPU])


def test_a_file_that_is_no_network_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_text("not a network")
    with pytest.raises(ModelError, match="cannot be loaded by ONNX Runtime") as caught:
        OnnxSession(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("input_name", "channels"), [("image", 1), ("l", 3)], ids=["other name", "other channels"]
)
def test_a_network_of_another_contract_is_refused(
    tmp_path: Path, input_name: str, channels: int
) -> None:
    port = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Identity", [input_name], ["ab"])],
        "other",
        [port(input_name, TensorProto.FLOAT, ["n", channels, "h", "w"])],
        [port("ab", TensorProto.FLOAT, ["n", channels, "h", "w"])],
    )
    path = tmp_path / "model.onnx"
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path
    )
    with pytest.raises(ModelError, match=r"expected 'l' of shape \(N, 1, H, W\)"):
        OnnxSession(path)


def test_an_input_that_the_network_cannot_take_is_told(session: OnnxSession) -> None:
    with pytest.raises(ModelError, match="failed on an input of 32 rows x 64 columns"):
        session.run(np.zeros((1, 2, 32, 64), np.float32))
