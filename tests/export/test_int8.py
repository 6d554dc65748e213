from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image

from tomau.data import HintOptions
from tomau.errors import DataError
from tomau.export import export_int8
from tomau.export.calibration import calibration_photos, compared_feeds, make_feeds
from tomau.export.int8 import compare
from tomau.export.quantize import float_nodes, quantize_onnx
from tomau.models.hints import paint_hints
from tomau.runtime import Colorizer, load_model

SIDE = 64


def test_photos_are_squares_and_none_is_in_both_sets(photo_folder: Path) -> None:
    calibration, held_out = calibration_photos(str(photo_folder), 100, SIDE)
    assert (calibration.shape, held_out.shape) == ((8, SIDE, SIDE, 3), (1, SIDE, SIDE, 3))
    together = np.concatenate([calibration, held_out]).reshape(9, -1)
    assert len(np.unique(together, axis=0)) == 9


def test_fewer_photos_are_the_first_of_more(photo_folder: Path) -> None:
    few, held_out = calibration_photos(str(photo_folder), 4, SIDE)
    many, _ = calibration_photos(str(photo_folder), 6, SIDE)
    assert (len(few), len(held_out), len(many)) == (4, 1, 6)
    np.testing.assert_array_equal(few, many[:4])


def test_too_few_photos_are_told(tmp_path: Path) -> None:
    Image.new("RGB", (80, 80), "red").save(tmp_path / "one.png")
    with pytest.raises(DataError, match=r"1 usable photos at .*; expected at least 4"):
        calibration_photos(str(tmp_path), 8, SIDE)


def test_hints_show_the_mean_of_their_patch() -> None:
    ab = np.random.default_rng(0).uniform(-1, 1, (2, 2, 8, 8)).astype(np.float32)
    hints = paint_hints(torch.from_numpy(ab), np.array([[1, 2, 3, 2], [1, 7, 7, 1]])).numpy()
    assert not hints[0].any()
    assert hints[1, 2].sum() == 5
    np.testing.assert_allclose(hints[1, :2, 2, 4], ab[1, :, 2:4, 3:5].mean(axis=(1, 2)), atol=1e-6)
    np.testing.assert_array_equal(hints[1, :2, 7, 7], ab[1, :, 7, 7])


def test_feeds_carry_hints_only_where_they_are_asked_for(photo_folder: Path) -> None:
    photos, _ = calibration_photos(str(photo_folder), 8, SIDE)
    assert [*make_feeds(photos, None, seed=0)[0]] == ["l"]
    feeds = compared_feeds(photos, takes_hints=True, seed=0)
    assert not any(arrays["hints"].any() for arrays in feeds["automatic"])
    assert all(arrays["hints"][:, 2].any() for arrays in feeds["hinted"])


def test_first_layers_head_and_attention_stay_float() -> None:
    def node(kind: str, inputs: str, output: str, **settings: int) -> onnx.NodeProto:
        return onnx.helper.make_node(kind, inputs.split(), [output], output, **settings)

    nodes = [
        node("Shape", "l", "size"),
        node("Conv", "l w", "stem"),
        node("Clip", "stem", "x0"),
        node("Conv", "x0 w", "depthwise", group=8),
        node("Conv", "depthwise w", "pointwise"),
        node("Add", "pointwise x0", "residual"),
        node("MatMul", "residual w", "tokens"),
        node("Add", "tokens residual", "attended"),
        node("Concat", "size size", "sizes", axis=0),
        node("Concat", "attended x0", "joined", axis=1),
        node("Conv", "joined w", "body"),
        node("Conv", "body w", "head"),
        node("Tanh", "head", "ab"),
    ]
    ports = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        for name in ("l", "ab")
    ]
    graph = onnx.helper.make_graph(nodes, "g", ports[:1], ports[1:])
    assert float_nodes(graph) - {"ab"} == {"stem", "depthwise", "attended", "sizes", "head"}


def test_hints_survive_eight_bits(hint_onnx: Path, photo_folder: Path, tmp_path: Path) -> None:
    """Joined to features of a range of dozens, they would be rounded away."""
    photos, held_out = calibration_photos(str(photo_folder), 8, SIDE)
    kept = quantize_onnx(hint_onnx, tmp_path / "q.onnx", make_feeds(photos, HintOptions(), seed=0))
    assert sorted(kept) == ["head.weight", "join.weight_hints", "stem.weight"]
    model = onnx.load(tmp_path / "q.onnx")
    stored = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    assert stored["join.weight_features_quantized"] == onnx.TensorProto.INT8
    assert stored["body.weight_quantized"] == onnx.TensorProto.INT8
    for feeds in compared_feeds(held_out, takes_hints=True, seed=1).values():
        difference = compare(hint_onnx, tmp_path / "q.onnx", feeds)
        assert 0 < difference.rms < 1
        assert difference.rms <= difference.worst


def test_model_folder_tells_what_was_done_and_what_it_cost(
    hint_run: Path, photo_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    done = export_int8(hint_run, folder, str(photo_folder), count=8, size=SIDE)
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "model.onnx"]
    card = load_model(folder).card
    assert card.hints
    assert card.quantization["calibration_photos"] == 8
    assert card.quantization["held_out_photos"] == 1
    assert card.metrics["int8_hinted_ab_rms"] == round(done.differences["hinted"].rms, 4)
    ab = Colorizer.load(folder, threads=1).predict_ab(np.full((SIDE, SIDE), 50, np.float32))
    assert ab.shape == (SIDE, SIDE, 2)
