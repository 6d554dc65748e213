"""Export: checkpoint to ONNX and card, past a parity gate."""

from tomau.export.export import Exported, export_run
from tomau.export.parity import parity

__all__ = ["Exported", "export_run", "parity"]
