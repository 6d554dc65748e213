"""Running the network: a Protocol that the Colorizer needs, and ONNX Runtime as its backend.

The other backend, OpenVINO, has a file of its own, which is imported only when it is chosen.
"""

from __future__ import annotations

import os
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, Protocol, cast

from tomau.errors import ModelError, UsageError
from tomau.runtime.contract import Answer, check_ports, feed, run_failure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import onnxruntime
    from numpy.typing import NDArray

    from tomau.runtime.openvino_session import Precision

Device = Literal["auto", "cpu", "cuda", "openvino", "openvino-bf16"]

_OPENVINO_DEVICES = ("openvino", "openvino-bf16")
_CPU = "CPUExecutionProvider"
_PROVIDERS = {"cpu": _CPU, "cuda": "CUDAExecutionProvider"}


class Session(Protocol):
    """A loaded network, in its own units."""

    @property
    def provider(self) -> str:
        """Name of what executes the network, for people to read."""

    def run(self, l: NDArray[np.float32]) -> Answer:
        """Predict from ``l`` (N, 1, H, W) in -1..1 the chroma, and what else it knows."""


def available_cpus() -> int:
    """Number of processors that this process may use, which can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_of_each(at_once: int) -> int:
    """Number of threads for the work on each of ``at_once`` photographs.

    One alone has all processors. Of several each leaves one to the others: runs of the network
    take turns, and what the others do meanwhile (decode, bring chroma to full size, encode) has a
    processor to do it on. On two processors, two photographs of one thread each took less time
    than two of two threads (results/folder_throughput.csv).
    """
    cpus = available_cpus()
    return cpus if at_once <= 1 else max(1, cpus - 1)


def usable_devices() -> tuple[str, ...]:
    """Devices, by tomau's names, that the installed packages were built for."""
    import onnxruntime

    devices = _devices_of(onnxruntime.get_available_providers())
    return devices if find_spec("openvino") is None else (*devices, *_OPENVINO_DEVICES)


def open_session(file: Path, *, device: str = "auto", threads: int | None = None) -> Session:
    """Load an ONNX file into the backend that a device asks for.

    ``auto`` is ONNX Runtime, on CUDA where it can: on two processors OpenVINO in float32 took as
    long for the embedded model. ``openvino-bf16`` takes six tenths of that, where processors have
    bfloat16, and moves ab by up to 3 (results/network_latency.csv).

    Raises:
        UsageError: the device cannot be used here.
        MissingExtraError: the device is one of OpenVINO's and the package is not installed.
        ModelError: the file is not a loadable ONNX network, or not of the contract.
    """
    if device in _OPENVINO_DEVICES:
        from tomau.runtime.openvino_session import OpenVinoSession

        precision: Precision = "bf16" if device.endswith("bf16") else "f32"
        return OpenVinoSession(file, threads=threads, precision=precision)
    return OnnxSession(file, device=device, threads=threads)


def choose_providers(device: str, available: Sequence[str]) -> list[str]:
    """Execution providers for a device, the preferred one first, the CPU as the last resort.

    ``auto`` takes CUDA where it is among the available providers, else the CPU.

    Raises:
        UsageError: the device is unknown, or not among the available ones.
    """
    usable = _devices_of(available)
    if device == "auto":
        device = "cuda" if "cuda" in usable else "cpu"
    if device not in usable:
        raise UsageError(
            f"device {device!r} cannot be used; the installed ONNX Runtime offers "
            f"{', '.join(usable)}: choose one of these or auto, or install a build that has it"
        )
    provider = _PROVIDERS[device]
    return [provider] if provider == _CPU else [provider, _CPU]


class OnnxSession:
    """A network run by ONNX Runtime; safe to share between threads, which take turns.

    Turns rather than parallel runs: one run already uses every thread it may, and the
    intermediate results of two at once would double the memory.
    """

    def __init__(self, file: Path, *, device: str = "auto", threads: int | None = None) -> None:
        """Load an ONNX file of tomau's contract: ``l`` in, ``ab`` and perhaps more out.

        Raises:
            UsageError: the device cannot be used here.
            ModelError: the file is not a loadable ONNX network, or not of the contract.
        """
        import onnxruntime

        providers = choose_providers(device, onnxruntime.get_available_providers())
        try:
            self._session = onnxruntime.InferenceSession(
                os.fspath(file), _options(threads or available_cpus()), providers=providers
            )
        except Exception as error:  # ONNX Runtime's exceptions share no base of their own
            raise ModelError(
                f"model file {file} cannot be loaded by ONNX Runtime {onnxruntime.__version__} "
                f"({_first_line(error)}); expected an ONNX network, as tomau export writes it"
            ) from error
        self._check_device(device, providers[0])
        self._outputs = check_ports(
            file,
            {port.name: port.shape for port in self._session.get_inputs()},
            {port.name: port.shape for port in self._session.get_outputs()},
        )
        self._turn = threading.Lock()

    @property
    def provider(self) -> str:
        """Execution provider that runs the network."""
        return cast("str", self._session.get_providers()[0])

    def run(self, l: NDArray[np.float32]) -> Answer:
        """Predict from ``l`` (N, 1, H, W) in -1..1 the chroma, and what else it knows.

        Raises:
            ModelError: the network could not be run, mostly for want of memory.
        """
        try:
            with self._turn:
                answers = self._session.run(self._outputs, feed(l))
        except Exception as error:  # ONNX Runtime's exceptions share no base of their own
            raise run_failure(l, _first_line(error)) from error
        return Answer(*answers)

    def _check_device(self, device: str, provider: str) -> None:
        """Refuse the silent fall-back of ONNX Runtime when a device was named."""
        if device != "auto" and self.provider != provider:
            raise UsageError(
                f"device {device!r} is built in but does not work here (driver or libraries "
                "missing); choose cpu or auto, or see `tomau doctor`"
            )


def _devices_of(available: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name, provider in _PROVIDERS.items() if provider in available)


def _options(threads: int) -> onnxruntime.SessionOptions:
    """Explicit thread and memory policy.

    Threads spin for their next piece of work for 50 microseconds at most, which is about what lies
    between two layers: without it each of a hundred layers wakes them, a tenth of the time; much
    longer, and they take the processors from the full-resolution stage beside them. Arena and
    memory patterns keep the peak of every size ever run, and photographs come in many sizes;
    without them a run's memory goes back when it ends, and no time is lost that could be measured.

    Processors without VNNI add products of 8 bits in pairs that 16 bits may not hold. There, slower
    sums that hold them are asked for; to others it makes no difference.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.intra_op.spin_duration_us", "50")
    options.add_session_config_entry("session.x64quantprecision", "1")
    return options


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
