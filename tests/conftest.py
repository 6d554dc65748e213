"""Fixtures shared by all rooms: a model so small that its answer can be worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound model folder, working size 64; do not change it, copy it.

    Its network is one 1x1 convolution: with l and ab in network units, a = 0.10 l + 0.25 and
    b = -0.15 l + 0.30, a warm orange that is redder in the lights and yellower in the darks.
    """
    # Imported here: most rooms' tests need neither onnx nor the runtime.
    import onnx
    from onnx import TensorProto, helper

    from tomau.runtime.card import ModelCard, file_sha256, write_card

    folder = tmp_path_factory.mktemp("models") / "tiny"
    folder.mkdir()
    shape_in, shape_out = ["n", 1, "height", "width"], ["n", 2, "height", "width"]
    weights = np.array([0.10, -0.15], np.float32).reshape(2, 1, 1, 1)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["l", "weight", "bias"], ["ab"], kernel_shape=[1, 1])],
        "tiny",
        [helper.make_tensor_value_info("l", TensorProto.FLOAT, shape_in)],
        [helper.make_tensor_value_info("ab", TensorProto.FLOAT, shape_out)],
        [
            onnx.numpy_helper.from_array(weights, "weight"),
            onnx.numpy_helper.from_array(np.array([0.25, 0.30], np.float32), "bias"),
        ],
    )
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    file = folder / "model.onnx"
    onnx.save(network, file)
    card = ModelCard(
        name=folder.name,
        version="1",
        architecture="one 1x1 convolution",
        sha256=file_sha256(file),
        bytes=file.stat().st_size,
        stride=32,
        size=64,
        license="MIT",
        metrics={"ab_rmse": 12.5},
    )
    write_card(card, folder)
    return folder


@pytest.fixture(scope="session")
def gray_u8() -> NDArray[np.uint8]:
    """A gray photograph of sorts, (90, 140) uint8: a sky, a ground, a disc, and grain."""
    rows, columns = np.mgrid[0:90, 0:140]
    picture = np.where(rows < 40, 200 - rows, 60 + rows).astype(np.float64)
    picture[(rows - 45) ** 2 + (columns - 70) ** 2 < 400] = 128
    grain = np.random.default_rng(7).normal(0, 6, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


@pytest.fixture
def gray_jpeg(tmp_path: Path, gray_u8: NDArray[np.uint8]) -> Path:
    """The gray photograph as a JPEG file in a folder of its own."""
    path = tmp_path / "photo.jpg"
    Image.fromarray(gray_u8).save(path, quality=92)
    return path
