from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def write_network(
    path: Path, inputs: dict[str, int], weights: NDArray[np.float32], *, output: str = "ab"
) -> Path:
    """Write a 1x1 convolution on all inputs (name -> channels) joined."""
    port = helper.make_tensor_value_info
    graph = helper.make_graph(
        [
            helper.make_node("Concat", [*inputs], ["all"], axis=1),
            helper.make_node("Conv", ["all", "weights"], [output], kernel_shape=[1, 1]),
        ],
        "small",
        [port(name, TensorProto.FLOAT, ["n", count, "h", "w"]) for name, count in inputs.items()],
        [port(output, TensorProto.FLOAT, ["n", len(weights), "h", "w"])],
        [numpy_helper.from_array(weights[..., np.newaxis, np.newaxis], "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


@pytest.fixture(scope="session")
def hint_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with hints: ab = 0.5 l + hinted ab, where the mask alone does nothing."""
    weights = np.array([[0.5, 1, 0, 0], [0.5, 0, 1, 0]], np.float32)
    folder = tmp_path_factory.mktemp("hints")
    return write_network(folder / "model.onnx", {"l": 1, "hints": 3}, weights)
