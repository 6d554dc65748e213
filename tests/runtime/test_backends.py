"""The contract of a session, which every backend keeps."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.runtime.conftest import write_network
from tomau.errors import MissingExtraError, ModelError
from tomau.runtime import session as sessions
from tomau.runtime.session import open_session, usable_devices

if TYPE_CHECKING:
    from pathlib import Path

    from tomau.runtime.session import Session

needs_openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="without openvino")
DEVICES = ["cpu", pytest.param("openvino", marks=needs_openvino)]


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hinted(hint_model: Path, device: str) -> Session:
    return open_session(hint_model, device=device, threads=1)


def random_l(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, shape).astype(np.float32)


def test_a_device_runs_what_it_says(tiny_model: Path, device: str) -> None:
    session = open_session(tiny_model / "model.onnx", device=device, threads=1)
    assert session.provider.lower().startswith(device)
    l = random_l(2, 1, 32, 64)
    np.testing.assert_allclose(session.run(l).ab[:, 0], 0.10 * l[:, 0] + 0.25, atol=1e-6)


def test_a_network_that_takes_hints_answers_a_guide(hinted: Session) -> None:
    for shape in ((1, 1, 32, 32), (3, 1, 64, 96), (1, 1, 32, 32)):
        l = random_l(*shape)
        ab, guide, features, classes = hinted.run(l)
        np.testing.assert_allclose(ab, np.repeat(0.5 * l, 2, axis=1), atol=1e-6)
        assert guide is not None
        mean = l.reshape(shape[0], shape[2] // 4, 4, shape[3] // 4, 4).mean(axis=(2, 4))
        np.testing.assert_allclose(guide, np.repeat(mean[:, None], 34, axis=1), atol=1e-6)
        assert features is not None
        assert features.shape == (shape[0], 5, shape[2] // 16, shape[3] // 16)
        assert classes is not None
        assert classes.shape == (shape[0], 305, shape[2] // 8, shape[3] // 8)


def test_threads_may_share_a_session(hinted: Session) -> None:
    inputs = [np.full((1, 1, 32, 32 * n), n / 10, np.float32) for n in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        for n, (ab, *_) in enumerate(pool.map(hinted.run, inputs), start=1):
            assert ab.shape == (1, 2, 32, 32 * n)
            np.testing.assert_allclose(ab, n / 20, atol=1e-6)


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ({"image": 1}, {"ab": 2}),
        ({"l": 3}, {"ab": 2}),
        ({"l": 1}, {"chroma": 2}),
        ({"l": 1}, {"ab": 3}),
        ({"l": 1, "hints": 3}, {"ab": 2}),
        ({"l": 1}, {"ab": 2, "guide": 34}),
        ({"l": 1}, {"guide": 34, "ab": 2}),
    ],
    ids=str,
)
def test_a_network_of_another_contract_is_refused(
    tmp_path: Path, device: str, inputs: dict[str, int], outputs: dict[str, int]
) -> None:
    planes = sum(inputs.values())
    weights = {name: np.ones((count, planes, 1, 1), np.float32) for name, count in outputs.items()}
    path = write_network(tmp_path / "model.onnx", inputs, weights)
    with pytest.raises(ModelError, match=r"expected 'l' of shape \(N, 1, H, W\) in, 'ab'"):
        open_session(path, device=device, threads=1)


def test_a_file_that_is_no_network_is_told_in_one_line(tmp_path: Path, device: str) -> None:
    path = tmp_path / "model.onnx"
    path.write_text("not a network")
    with pytest.raises(ModelError, match="cannot be loaded by") as caught:
        open_session(path, device=device)
    assert "\n" not in str(caught.value)


@needs_openvino
def test_openvino_answers_as_onnx_runtime(hint_model: Path) -> None:
    """On the embedded network if there is one, which has layers of every kind."""
    from tomau.runtime.store import EMBEDDED_FOLDER

    file = EMBEDDED_FOLDER / "model.onnx"
    file = file if file.is_file() else hint_model
    one, other = (open_session(file, device=name, threads=1) for name in ("cpu", "openvino"))
    for shape in ((1, 1, 64, 96), (2, 1, 32, 32)):
        l = random_l(*shape)
        assert np.abs(one.run(l).ab - other.run(l).ab).max() * 110 < 0.01


@needs_openvino
def test_bfloat16_is_near(hint_model: Path) -> None:
    one, other = (
        open_session(hint_model, device=name, threads=1) for name in ("cpu", "openvino-bf16")
    )
    l = random_l(1, 1, 64, 96)
    assert np.abs(one.run(l).ab - other.run(l).ab).max() * 110 < 5


@needs_openvino
def test_openvino_refuses_a_size_that_its_layers_cannot_take() -> None:
    """It would answer with what it had before."""
    from tomau.runtime.store import EMBEDDED_FOLDER

    session = open_session(EMBEDDED_FOLDER / "model.onnx", device="openvino", threads=1)
    session.run(random_l(1, 1, 64, 64))
    with pytest.raises(ModelError, match="failed on an input of 40 rows x 64 columns"):
        session.run(random_l(1, 1, 40, 64))


@needs_openvino
def test_openvino_is_imported_without_its_reports() -> None:
    script = (
        "import sys\n"
        "from tomau.runtime.openvino_session import import_openvino\n"
        "assert 'openvino' not in sys.modules\n"
        "import_openvino().Core()\n"
        "assert not any(name.startswith('openvino_telemetry') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_missing_openvino_comes_with_the_line_that_installs_it(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r'--device openvino .*"tomau\[openvino\]"'):
        open_session(tiny_model / "model.onnx", device="openvino")


@pytest.mark.parametrize("installed", [True, False])
def test_openvino_is_listed_if_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    monkeypatch.setattr(sessions, "find_spec", lambda _: object() if installed else None)
    assert ("openvino" in usable_devices()) == installed
    assert ("openvino-bf16" in usable_devices()) == installed
    assert "cpu" in usable_devices()
