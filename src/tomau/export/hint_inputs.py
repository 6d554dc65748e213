"""Before quantization: hints that a convolution reads beside features get one of their own.

An 8-bit tensor has one scale. Where hints (-1..1) are joined to features that range over dozens,
a step of that scale is a third of all colours: a hint would be rounded away. A convolution is
linear in its input channels, so it may be taken apart into one on the features and one on the
hints; the sum is the same, and the second is so small that it can stay float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from tomau.runtime.contract import HINTS_NAME


def split_hint_inputs(graph: onnx.GraphProto) -> int:
    """Take apart, in place, every convolution whose input joins features and hints.

    Returns:
        Number of convolutions taken apart.
    """
    filters = {tensor.name: tensor for tensor in graph.initializer}
    producers = {name: node for node in graph.node for name in node.output}
    hints = _made_of_hints(graph)
    widths = _channels(graph)
    nodes: list[onnx.NodeProto] = []
    count = 0
    for node in graph.node:
        parts = _joined(node.input[0], producers) if _is_plain_convolution(node, filters) else []
        own = [name in hints for name in parts]
        if any(own) and not all(own) and all(name in widths for name in parts):
            nodes += _taken_apart(graph, node, parts, own, widths, filters[node.input[1]])
            count += 1
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    _drop_unused(graph)
    return count


def _taken_apart(
    graph: onnx.GraphProto,
    node: onnx.NodeProto,
    parts: Sequence[str],
    own: Sequence[bool],
    widths: dict[str, int],
    weight: onnx.TensorProto,
) -> list[onnx.NodeProto]:
    """Convolution of the features with the bias, convolution of the hints without, their sum."""
    of_hints = np.repeat(own, [widths[name] for name in parts])
    filters: NDArray[Any] = numpy_helper.to_array(weight)
    nodes, sums = [], []
    for suffix, chosen, bias in (("features", False, list(node.input[2:])), ("hints", True, [])):
        names = [name for name, is_hint in zip(parts, own, strict=True) if is_hint == chosen]
        data, filter_name = names[0], f"{weight.name}_{suffix}"
        if len(names) > 1:
            data = f"{node.output[0]}_{suffix}_in"
            nodes.append(
                helper.make_node("Concat", names, [data], f"{node.name}_{suffix}_in", axis=1)
            )
        kept = np.ascontiguousarray(filters[:, of_hints == chosen])
        graph.initializer.append(numpy_helper.from_array(kept, filter_name))
        part = helper.make_node("Conv", [data, filter_name, *bias], [f"{node.output[0]}_{suffix}"])
        part.name = f"{node.name}_{suffix}"
        part.attribute.extend(node.attribute)
        nodes.append(part)
        sums.append(part.output[0])
    return [*nodes, helper.make_node("Add", sums, list(node.output), f"{node.name}_sum")]


def _made_of_hints(graph: onnx.GraphProto) -> set[str]:
    """Names of the tensors that are computed from the hints and constants alone."""
    constants = {"", *(tensor.name for tensor in graph.initializer)}
    found = {HINTS_NAME}
    for node in graph.node:
        inputs = set(node.input) - constants
        if not inputs:
            constants.update(node.output)
        elif inputs <= found:
            found.update(node.output)
    return found


def _joined(name: str, producers: dict[str, onnx.NodeProto]) -> list[str]:
    """The tensors that make up ``name`` where it, and perhaps its parts, are joined by channel."""
    node = producers.get(name)
    if node is None or node.op_type != "Concat" or attribute(node, "axis", 0) != 1:
        return [name]
    return [part for member in node.input for part in _joined(member, producers)]


def _is_plain_convolution(node: onnx.NodeProto, filters: dict[str, onnx.TensorProto]) -> bool:
    return node.op_type == "Conv" and attribute(node, "group", 1) == 1 and node.input[1] in filters


def attribute(node: onnx.NodeProto, name: str, default: int) -> int:
    """Value of a whole-number attribute of a node."""
    return next((part.i for part in node.attribute if part.name == name), default)


def _channels(graph: onnx.GraphProto) -> dict[str, int]:
    """Number of channels of every tensor for which the graph tells it."""
    shapes = {
        value.name: value.type.tensor_type.shape.dim for value in (*graph.input, *graph.value_info)
    }
    return {
        name: dims[1].dim_value
        for name, dims in shapes.items()
        if len(dims) == 4 and dims[1].dim_value
    }


def _drop_unused(graph: onnx.GraphProto) -> None:
    used = {port.name for port in graph.output}
    kept = []
    for node in reversed(graph.node):
        if used.intersection(node.output):
            used.update(node.input)
            kept.append(node)
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(tensors)
