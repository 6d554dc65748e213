from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tomau.color.bins import ab_bins
from tomau.runtime import ModelCard, file_sha256, write_card

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def write_network(
    path: Path, inputs: dict[str, int], outputs: dict[str, NDArray[np.float32]]
) -> Path:
    """Write convolutions on all inputs (name -> channels) joined, as wide as their stride."""
    port = helper.make_tensor_value_info
    nodes, ports = [helper.make_node("Concat", [*inputs], ["all"], axis=1)], []
    for name, weights in outputs.items():
        settings = {"kernel_shape": weights.shape[2:], "strides": weights.shape[2:]}
        nodes.append(helper.make_node("Conv", ["all", f"w_{name}"], [name], **settings))
        sides = [f"h_{name}", f"w_{name}"]
        ports.append(port(name, TensorProto.FLOAT, ["n", len(weights), *sides]))
    graph = helper.make_graph(
        nodes,
        "small",
        [port(name, TensorProto.FLOAT, ["n", count, "h", "w"]) for name, count in inputs.items()],
        ports,
        [numpy_helper.from_array(weights, f"w_{name}") for name, weights in outputs.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def write_hinting_model(folder: Path) -> Path:
    """Write a small model, called as its folder, that takes hints and tells plausible colours.

    Its colours are no use; that a red dress is red after a hint does not depend on them.
    """
    folder.mkdir(parents=True)
    likely = np.exp(-((ab_bins() - (50, 30)) ** 2).sum(1) / 200).astype(np.float32)
    file = write_network(
        folder / "model.onnx",
        {"l": 1},
        {
            "ab": np.full((2, 1, 1, 1), 0.1, np.float32),
            "guide": np.full((34, 1, 4, 4), 1 / 16, np.float32),
            "features": np.full((5, 1, 16, 16), 1 / 256, np.float32),
            "classes": np.tile(likely[:, None, None, None], (1, 1, 8, 8)),
        },
    )
    facts = {"sha256": file_sha256(file), "bytes": file.stat().st_size, "stride": 32, "size": 64}
    card = ModelCard(name=folder.name, version="1", architecture="one layer", hints=True, **facts)
    write_card(card, folder)
    return folder


@pytest.fixture(scope="session")
def hint_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that takes hints: ab = 0.5 l, all else the mean l."""
    outputs = {
        "ab": np.full((2, 1, 1, 1), 0.5, np.float32),
        "guide": np.full((34, 1, 4, 4), 1 / 16, np.float32),
        "features": np.full((5, 1, 16, 16), 1 / 256, np.float32),
        "classes": np.full((305, 1, 8, 8), 1 / 64, np.float32),
    }
    return write_network(tmp_path_factory.mktemp("hints") / "model.onnx", {"l": 1}, outputs)
