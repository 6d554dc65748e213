"""Export: checkpoint to ONNX and card, past a parity gate; or to 8 bits, measured."""

from tomau.export.export import Exported, export_run
from tomau.export.int8 import Quantized, export_int8
from tomau.export.parity import parity

__all__ = ["Exported", "Quantized", "export_int8", "export_run", "parity"]
