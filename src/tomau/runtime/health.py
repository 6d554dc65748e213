"""Looking over an installation: what is there, what works, and what installs the rest."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Literal

import numpy as np

from tomau.errors import TomauError
from tomau.runtime.session import available_cpus, open_session, usable_devices
from tomau.runtime.store import DEFAULT_MODEL, load_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tomau.runtime.card import Model

State = Literal["ok", "absent", "broken"]

_DISTRIBUTION = "tomau"
# Other builds of a package that bring the same modules.
_STAND_INS = {"onnxruntime": ("onnxruntime-gpu", "onnxruntime-openvino", "onnxruntime-directml")}
_REQUIREMENT = re.compile(r"^(?P<package>[A-Za-z0-9._-]+)")
_EXTRA = re.compile(r"""extra\s*==\s*["'](?P<extra>[^"']+)["']""")


@dataclass(frozen=True)
class Finding:
    """One thing looked at; ``advice`` is the next step, empty where there is none to take.

    ``absent`` is for what may be missing, ``broken`` for what stops tomau from colourizing.
    """

    subject: str
    state: State
    detail: str
    advice: str = ""


def examine() -> list[Finding]:
    """Look over this installation: Python, packages, processors, default model, devices, extras."""
    findings = [
        Finding("python", "ok", f"{platform.python_version()} on {platform.system()}"),
        Finding("processors", "ok", f"{available_cpus()} usable"),
        *_packages(),
    ]
    try:
        model = load_model(DEFAULT_MODEL)
    except TomauError as error:
        findings.append(Finding("default model", "broken", str(error), "pip install -U tomau"))
    else:
        card = model.card
        size = f"{card.bytes / 1e6:.1f} MB, SHA-256 as on its card"
        findings.append(Finding("default model", "ok", f"{card.name} {card.version}, {size}"))
        findings += [_try_device(device, model) for device in usable_devices()]
    return [*findings, *_extras()]


def requirements_by_extra(requirements: list[str]) -> dict[str, list[str]]:
    """Package names of a distribution's requirements, by extra; ``""`` holds the base install.

    >>> requirements_by_extra(["numpy>=2.0", 'torch>=2.6; extra == "train"'])
    {'': ['numpy'], 'train': ['torch']}
    """
    packages: dict[str, list[str]] = {}
    for requirement in requirements:
        package, extra = _REQUIREMENT.match(requirement), _EXTRA.search(requirement)
        if package is not None:
            packages.setdefault(extra["extra"] if extra else "", []).append(package["package"])
    return packages


def _installed(package: str) -> str | None:
    """Version of a distribution, read from its metadata without importing it."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _requirements() -> dict[str, list[str]]:
    try:
        return requirements_by_extra(metadata.requires(_DISTRIBUTION) or [])
    except metadata.PackageNotFoundError:  # run from a source tree that was never installed
        return {}


def _packages() -> Iterator[Finding]:
    for package in (_DISTRIBUTION, *_requirements().get("", [])):
        builds = (package, *_STAND_INS.get(package, ()))
        version = next(filter(None, map(_installed, builds)), None)
        if version is None:
            yield Finding(package, "broken", "not installed", f"pip install {package}")
        else:
            yield Finding(package, "ok", version)


def _extras() -> Iterator[Finding]:
    for extra, packages in sorted(_requirements().items()):
        if not extra:
            continue
        missing = [package for package in packages if _installed(package) is None]
        subject = f"extra {extra}"
        if missing:
            advice = f'pip install "{_DISTRIBUTION}[{extra}]"'
            yield Finding(subject, "absent", f"without {', '.join(missing)}", advice)
        else:
            yield Finding(subject, "ok", ", ".join(packages))


def _try_device(device: str, model: Model) -> Finding:
    """Run the smallest possible picture through the network on one device."""
    subject = f"device {device}"
    side = model.card.stride
    try:
        session = open_session(model.file, device=device)
        session.run(np.zeros((1, 1, side, side), np.float32))
    except TomauError as error:
        state: State = "broken" if device == "cpu" else "absent"
        return Finding(subject, state, str(error))
    return Finding(subject, "ok", f"works ({session.provider})")
