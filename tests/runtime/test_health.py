from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tomau.runtime import health, store
from tomau.runtime.health import Finding, examine, requirements_by_extra
from tomau.runtime.session import usable_devices

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def embedded(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = shutil.copytree(tiny_model, tmp_path / "weights")
    monkeypatch.setattr(store, "EMBEDDED_FOLDER", folder)
    monkeypatch.delenv(store.MODELS_VARIABLE, raising=False)
    return folder


def by_subject(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


@pytest.mark.usefixtures("embedded")
def test_a_sound_installation_has_nothing_broken() -> None:
    findings = by_subject(examine())
    assert "broken" not in {finding.state for finding in findings.values()}
    assert "SHA-256" in findings["default model"].detail
    assert findings["device cpu"].detail == "works (CPUExecutionProvider)"
    for device in usable_devices():
        assert findings[f"device {device}"].state == "ok"
    assert {"python", "numpy", "pillow", "onnxruntime"} <= set(findings)


def test_a_damaged_default_model_is_broken(embedded: Path) -> None:
    (embedded / "model.onnx").write_bytes(b"")
    finding = by_subject(examine())["default model"]
    assert finding.state == "broken"
    assert finding.advice


@pytest.mark.usefixtures("embedded")
def test_a_missing_extra_comes_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = health._installed
    monkeypatch.setattr(health, "_installed", lambda name: None if name == "timm" else known(name))
    finding = by_subject(examine())["extra timm"]
    assert finding == Finding("extra timm", "absent", "without timm", 'pip install "tomau[timm]"')


@pytest.mark.usefixtures("embedded")
def test_another_build_of_onnxruntime_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    known = health._installed
    builds = {"onnxruntime": None, "onnxruntime-gpu": "9.9"}
    monkeypatch.setattr(
        health, "_installed", lambda name: builds[name] if name in builds else known(name)
    )
    assert by_subject(examine())["onnxruntime"] == Finding("onnxruntime", "ok", "9.9")


def test_requirements_are_sorted_by_extra() -> None:
    requirements = [
        "numpy>=2.0",
        'torch>=2.6; extra == "train"',
        "onnx >= 1.18 ; python_version > '3' and extra == 'train'",
        "web-thing[a,b]; extra == 'web'",
    ]
    assert requirements_by_extra(requirements) == {
        "": ["numpy"],
        "train": ["torch", "onnx"],
        "web": ["web-thing"],
    }
