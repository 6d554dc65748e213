"""OpenVINO as the backend: Intel's runtime for processors, from the package ``openvino``.

Shapes stay dynamic. Compiled for one size the embedded model is 3 % faster at that size, and each
new size costs 0.3 s and its own copy of the filters, where a dynamic network takes about twice a
run's time when it first meets a size; photographs come in many sizes.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tomau.errors import MissingExtraError, ModelError
from tomau.runtime.contract import Answer, check_ports, feed, run_failure
from tomau.runtime.session import available_cpus

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Precision = Literal["f32", "bf16"]

_DEVICE = "CPU"
_TELEMETRY = "openvino_telemetry"


class OpenVinoSession:
    """A network run by OpenVINO; safe to share between threads, which take turns."""

    def __init__(
        self, file: Path, *, threads: int | None = None, precision: Precision = "f32"
    ) -> None:
        """Load an ONNX file of tomau's contract: ``l`` in, ``ab`` and perhaps more out.

        ``precision`` is that of the arithmetic. OpenVINO's own choice is bf16 wherever the
        processor has it; here that has to be asked for, because it moves the embedded model's ab by
        up to 3.

        Raises:
            MissingExtraError: the package ``openvino`` is not installed.
            ModelError: the file is not a loadable ONNX network, or not of the contract.
        """
        openvino = import_openvino()
        version = openvino.__version__.split("-")[0]
        try:
            core = openvino.Core()
            network = core.read_model(os.fspath(file))
            ports = {"inputs": _shapes(network.inputs), "outputs": _shapes(network.outputs)}
            compiled = core.compile_model(
                network, _DEVICE, _options(threads or available_cpus(), precision)
            )
        except Exception as error:  # OpenVINO raises RuntimeError, TypeError and its own alike
            raise ModelError(
                f"model file {file} cannot be loaded by OpenVINO {version} "
                f"({_reason(error)}); expected an ONNX network, as tomau export writes it"
            ) from error
        self._outputs = check_ports(file, **ports)
        self._request = compiled.create_infer_request()
        self._turn = threading.Lock()
        self.provider = f"OpenVINO {version} on the CPU, {precision}"

    def run(self, l: NDArray[np.float32]) -> Answer:
        """Predict from ``l`` (N, 1, H, W) in -1..1 the chroma, and what else it knows.

        Raises:
            ModelError: the network could not be run: want of memory, or a size of another stride.
        """
        arrays = feed(l)
        try:
            with self._turn:
                # The answers are copied, the inputs are not: they live until the run is over.
                found = self._request.infer(arrays, share_inputs=True)
                answer = Answer(*(np.asarray(found[name], np.float32) for name in self._outputs))
        except Exception as error:  # OpenVINO raises RuntimeError, TypeError and its own alike
            raise run_failure(l, _reason(error)) from error
        # OpenVINO answers a size that the network's layers cannot take with what it had before.
        if answer.ab.shape != (l.shape[0], 2, *l.shape[2:]):
            raise run_failure(l, "expected multiples of the model's stride")
        return answer


def import_openvino() -> Any:
    """Import ``openvino`` without the reports that its import sends to Google Analytics.

    The package sends one whenever it is imported, unless the user has opted out before. It does
    without where its telemetry package is missing; so that one is hidden for the moment.

    Raises:
        MissingExtraError: the package is not installed.
    """
    hidden = _TELEMETRY not in sys.modules
    if hidden:
        sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # how Python spells "missing"
    try:
        import openvino
    except ImportError as error:
        raise MissingExtraError("--device openvino", "openvino") from error
    finally:
        if hidden:
            del sys.modules[_TELEMETRY]
    return openvino


def _options(threads: int, precision: Precision) -> dict[str, Any]:
    """Explicit thread policy: one run at a time, on threads that the system may move about.

    Pinned threads would share their processors with the full-resolution stage beside them.
    """
    return {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": precision,
    }


def _shapes(ports: Any) -> dict[str, list[object]]:
    """Port name -> shape, with None for the sizes that may vary."""
    return {
        port.get_any_name(): [
            dimension.get_length() if dimension.is_static else None
            for dimension in port.get_partial_shape()
        ]
        for port in ports
    }


def _reason(error: Exception) -> str:
    """What went wrong; the lines before it say where in OpenVINO's own source."""
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
