from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from tomau.errors import DataError
from tomau.export import export_int8
from tomau.export.calibration import calibration_photos, make_feeds
from tomau.export.int8 import compare
from tomau.export.quantize import float_nodes, quantize_onnx
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


def test_feeds_are_normalised_luminance(photo_folder: Path) -> None:
    photos, _ = calibration_photos(str(photo_folder), 8, SIDE)
    feeds = make_feeds(photos)
    assert len(feeds) == 8
    assert [(name, plane.shape) for name, plane in feeds[0].items()] == [("l", (1, 1, SIDE, SIDE))]
    assert -1 <= feeds[0]["l"].min() < feeds[0]["l"].max() <= 1


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


def test_eight_bits_cost_little_and_leave_the_guide_whole(
    hint_onnx: Path, photo_folder: Path, tmp_path: Path
) -> None:
    photos, held_out = calibration_photos(str(photo_folder), 8, SIDE)
    kept = quantize_onnx(hint_onnx, tmp_path / "q.onnx", make_feeds(photos))
    whole = {"encoder.conv_stem", "head", "guide.embed", "guide.bounds"}
    assert whole <= {name.removesuffix(".weight").removeprefix("network.") for name in kept}
    model = onnx.load(tmp_path / "q.onnx")
    eight_bits = sum(t.data_type == onnx.TensorProto.INT8 for t in model.graph.initializer)
    assert eight_bits > 40
    difference = compare(hint_onnx, tmp_path / "q.onnx", make_feeds(held_out))
    assert 0 < difference.rms < 2
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
    assert card.metrics["int8_ab_rms"] == round(done.difference.rms, 4)
    ab = Colorizer.load(folder, threads=1).predict_ab(np.full((SIDE, SIDE), 50, np.float32))
    assert ab.shape == (SIDE, SIDE, 2)
