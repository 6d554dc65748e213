"""A generator as an ONNX graph with dynamic sizes and half-precision storage."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from tomau.errors import MissingExtraError
from tomau.models.generators import HintUNet
from tomau.runtime.contract import INPUT_NAME, OUTPUT_NAMES

# Smaller tensors (biases, shapes) are not worth a Cast node each.
_MIN_HALF_ELEMENTS = 1024


def deployable(generator: nn.Module, *, half_storage: bool) -> nn.Module:
    """Return a copy in eval mode with every BatchNorm folded into its convolution.

    Args:
        generator: the trained network.
        half_storage: round the folded filters to what float16 can hold, so that the graph, which
            stores float16, computes exactly this network.
    """
    network = copy.deepcopy(generator).cpu().eval()
    for parent in list(network.modules()):
        _fold(parent)
    if half_storage:
        with torch.no_grad():
            for parameter in network.parameters():
                if parameter.numel() >= _MIN_HALF_ELEMENTS:
                    parameter.copy_(parameter.half().float())
    return network


def _fold(parent: nn.Module) -> None:
    """Fold each BatchNorm that directly follows a convolution among a module's children.

    Order of registration is order of use in every network here; the parity gate would find out
    where it is not.
    """
    previous: tuple[str, nn.Module] | None = None
    for name, child in list(parent.named_children()):
        if isinstance(child, nn.BatchNorm2d) and previous and isinstance(previous[1], nn.Conv2d):
            setattr(parent, previous[0], fuse_conv_bn_eval(previous[1], child))
            setattr(parent, name, nn.Identity())
        previous = (name, child)


class _Guided(nn.Module):
    """What is exported of a generator that spreads hints: all but the spreading."""

    def __init__(self, network: HintUNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, l: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.network.automatic(l)


def write_onnx(network: nn.Module, path: Path, *, half_storage: bool) -> None:
    """Trace a network on normalised luminance and write it, height, width and count dynamic.

    Args:
        network: maps ``[N, 1, H, W]`` (L*/50 - 1) to ``[N, 2, H, W]`` (ab/110); one that spreads
            hints answers its guide too.
        path: the ``.onnx`` file.
        half_storage: store filters as float16, each widened by a Cast that the runtime folds
            away when it loads the file; the arithmetic stays float32.

    Raises:
        MissingExtraError: onnxscript is not installed.
    """
    try:
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("tomau export", "train") from error
    ports: tuple[str, ...] = OUTPUT_NAMES[:1]
    if isinstance(network, HintUNet):
        network, ports = _Guided(network).eval(), OUTPUT_NAMES
    program = torch.onnx.export(
        network,
        (torch.zeros(2, 1, 256, 512),),
        input_names=[INPUT_NAME],
        output_names=[*ports],
        dynamic_shapes=(dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC),),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export returned no program")
    model = program.model_proto
    _forget_sources(model.graph)
    if half_storage:
        halve(model.graph)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save_model(model, path)


def _forget_sources(graph: onnx.GraphProto) -> None:
    """Drop the exporter's notes, among them source lines with paths of the exporting machine."""
    values = (*graph.input, *graph.output, *graph.value_info)
    for part in (graph, *graph.node, *values, *graph.initializer):
        part.ClearField("metadata_props")


def halve(graph: onnx.GraphProto) -> None:
    """Store large float32 tensors as float16 behind a Cast, in place; not scales of 8-bit ones."""
    quantizers = ("QuantizeLinear", "DequantizeLinear")
    scales = {name for node in graph.node if node.op_type in quantizers for name in node.input}
    casts = []
    for tensor in graph.initializer:
        count = int(np.prod(tensor.dims, dtype=np.int64))
        large = tensor.data_type == TensorProto.FLOAT and count >= _MIN_HALF_ELEMENTS
        if not large or tensor.name in scales:
            continue
        name = tensor.name
        half = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(half, name + "_half"))
        casts.append(helper.make_node("Cast", [name + "_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    # Value infos of the filters would still call them float initializers.
    kept = [info for info in graph.value_info if not info.name.endswith("_half")]
    del graph.value_info[:]
    graph.value_info.extend(kept)
