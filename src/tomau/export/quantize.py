"""A float32 graph to an 8-bit one: static quantization by ONNX Runtime, and what stays float32.

Activations are unsigned, filters signed with a scale for each channel: what the VNNI and AMX
instructions multiply. Processors without them (before 2019) add such products in 16 bits, which
may saturate: the runtime asks for slower sums there, and the float model is as quick. Ranges are
the least and greatest values that the photos gave: percentiles clip saturated colours, take twice
as long, and were no better.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from tomau.export.calibration import Feed
from tomau.export.onnx_model import halve

_QUANTIZED = ("Conv", "Add", "Concat", "MaxPool", "Resize", "Relu", "Clip")
"""Kinds of nodes that become 8-bit; attention, with its products and norms, is none of them."""


def quantize_onnx(source: Path, target: Path, feeds: Sequence[Feed]) -> list[str]:
    """Quantize a float32 network; what stays float32 is stored as float16.

    Args:
        source: the ONNX file, its filters stored as float32.
        target: the 8-bit ONNX file, written as quantize and dequantize pairs.
        feeds: what the network is calibrated with.

    Returns:
        Names of the filters of those convolutions that stay float32, see `float_nodes`.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        # Symbolic shape inference does not get through attention with free sizes, and is not
        # needed here; the rest folds constants and names the types of all tensors.
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        graph = onnx.load(prepared).graph
        kept = float_nodes(graph)
        quantize_static(
            prepared,
            target,
            _Reader(feeds),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(_QUANTIZED),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=sorted(kept),
            calibrate_method=CalibrationMethod.MinMax,
        )
    quantized = onnx.load(target)
    halve(quantized.graph)
    onnx.save(quantized, target)
    return [node.input[1] for node in graph.node if node.op_type == "Conv" and node.name in kept]


def float_nodes(graph: onnx.GraphProto) -> set[str]:
    """Names of the nodes that would be quantized by their kind and are not.

    Before and at the first convolution: luminance has more steps than 256. A depthwise convolution
    right behind it: its channels are too unlike each other for one scale, and of all layers it cost
    the most. The heads and what follows: their error is the answer's. Sums and joins inside
    attention, and of sizes.
    """
    producers = {name: node.op_type for node in graph.node for name in node.output}
    kept = {node.name for node in _last_nodes(graph)}
    for port in graph.input:
        kept |= _first_nodes(graph, port.name)
    for node in graph.node:
        if node.op_type == "Add" and "Conv" not in {producers.get(name) for name in node.input}:
            kept.add(node.name)
        if node.op_type == "Concat" and _attribute(node, "axis", 0) != 1:
            kept.add(node.name)
    return kept


def _first_nodes(graph: onnx.GraphProto, port: str) -> set[str]:
    depths = {port: 0}
    found = set()
    for node in graph.node:
        before = [depths[name] for name in node.input if name in depths]
        if not before or node.op_type == "Shape":
            continue
        depth = max(before)
        if depth == 0 or (depth == 1 and _attribute(node, "group", 1) > 1):
            found.add(node.name)
        depths |= dict.fromkeys(node.output, depth + (node.op_type == "Conv"))
    return found


def _last_nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    wanted = {port.name for port in graph.output}
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            yield node
            if node.op_type != "Conv":
                wanted.update(node.input)


def _attribute(node: onnx.NodeProto, name: str, default: int) -> int:
    """Value of a whole-number attribute of a node."""
    return next((part.i for part in node.attribute if part.name == name), default)


class _Reader(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    """Hands out feeds one by one, as the calibration asks for them."""

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> Feed | None:
        return next(self._feeds, None)
