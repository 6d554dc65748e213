from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tomau.errors import ModelError, UsageError
from tomau.runtime.session import OnnxSession, available_cpus, choose_providers, threads_of_each

if TYPE_CHECKING:
    from pathlib import Path

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"


@pytest.fixture(scope="module")
def session(tiny_model: Path) -> OnnxSession:
    return OnnxSession(tiny_model / "model.onnx", threads=1)


@pytest.mark.parametrize("shape", [(1, 1, 32, 32), (3, 1, 64, 96)])
def test_the_network_is_run(session: OnnxSession, shape: tuple[int, ...]) -> None:
    l = np.random.default_rng(1).uniform(-1, 1, shape).astype(np.float32)
    ab, *others = session.run(l)
    assert others == [None, None, None]
    assert ab.shape == (shape[0], 2, *shape[2:])
    np.testing.assert_allclose(ab[:, 0], 0.10 * l[:, 0] + 0.25, atol=1e-6)
    np.testing.assert_allclose(ab[:, 1], -0.15 * l[:, 0] + 0.30, atol=1e-6)


def test_at_least_one_processor() -> None:
    assert available_cpus() >= 1


@pytest.mark.parametrize(
    ("cpus", "at_once", "threads"),
    [(8, 1, 8), (8, 2, 7), (8, 40, 7), (2, 2, 1), (1, 2, 1), (4, 0, 4)],
)
def test_photographs_side_by_side_leave_each_other_a_processor(
    monkeypatch: pytest.MonkeyPatch, cpus: int, at_once: int, threads: int
) -> None:
    monkeypatch.setattr("tomau.runtime.session.available_cpus", lambda: cpus)
    assert threads_of_each(at_once) == threads


@pytest.mark.parametrize(
    ("device", "available", "expected"),
    [
        ("auto", [CPU], [CPU]),
        ("auto", [CUDA, CPU], [CUDA, CPU]),
        ("cpu", [CUDA, CPU], [CPU]),
        ("cuda", [CUDA, CPU], [CUDA, CPU]),
    ],
)
def test_devices_become_providers(device: str, available: list[str], expected: list[str]) -> None:
    assert choose_providers(device, available) == expected


def test_a_device_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"device 'cuda' cannot be used; .* offers cpu:"):
        choose_providers("cuda", ["AzureExecutionProvider", CPU])


def test_an_input_that_the_network_cannot_take_is_told(session: OnnxSession) -> None:
    with pytest.raises(ModelError, match="failed on an input of 32 rows x 64 columns"):
        session.run(np.zeros((1, 2, 32, 64), np.float32))
