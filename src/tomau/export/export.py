"""A training run to a model folder: ``model.onnx`` and ``card.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tomau import __version__
from tomau.color.spaces import AB_LIMIT
from tomau.errors import CheckpointError, UsageError
from tomau.export.onnx_model import deployable, write_onnx
from tomau.export.parity import check_parity, smooth_luminance
from tomau.models import create_generator, read_weights
from tomau.runtime.card import ModelCard, file_sha256, write_card

_WEIGHTS = "checkpoint/ema.safetensors"


@dataclass(frozen=True)
class Exported:
    """What an export wrote and measured.

    Attributes:
        folder: the model folder.
        card: its card.
        parity: largest |d ab| between torch and ONNX Runtime.
        rounding: largest |d ab| that float16 storage of the filters costs.
    """

    folder: Path
    card: ModelCard
    parity: float
    rounding: float


def export_run(
    run: Path,
    folder: Path,
    *,
    half_storage: bool = True,
    size: int = 256,
    chroma_gain: float = 1.0,
    facts: Mapping[str, Any] | None = None,
) -> Exported:
    """Export a run's averaged generator.

    Args:
        run: folder of ``tomau train``.
        folder: where ``model.onnx`` and ``card.json`` go; the files appear only if the parity
            gate is passed.
        half_storage: store filters as float16.
        size: default short side of the working picture.
        chroma_gain: factor on ab that the runtime applies.
        facts: further fields of the card: data, terms, license, metrics.

    Raises:
        UsageError: ``run`` is not a run, or a fact is not a field of the card.
        CheckpointError: it has no checkpoint.
        ModelError: the parity gate refuses.
    """
    config = _read_config(run)
    if not (run / _WEIGHTS).is_file():
        raise CheckpointError(f"no {_WEIGHTS} in {run}; expected a run that saved a checkpoint")
    generator = create_generator(config["generator"])
    generator.load_state_dict(read_weights(run / _WEIGHTS))
    stride = int(generator.stride)  # type: ignore[arg-type]
    network = deployable(generator, half_storage=half_storage)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "model.part.onnx"
    try:
        write_onnx(network, part, half_storage=half_storage)
        difference = check_parity(network, part, stride)
        file = part.replace(folder / "model.onnx")
    finally:
        part.unlink(missing_ok=True)
    rounding = _rounding(generator.eval(), network, stride)
    measured: dict[str, Any] = {
        "onnx_parity_max_ab": round(difference, 6),
        "half_storage_max_ab": round(rounding, 4),
        **_last_validation(run),
    }
    given = dict(facts or {})
    metrics = measured | dict(given.pop("metrics", {}))
    card = ModelCard(
        name=config["name"],
        version=__version__,
        architecture=config["generator"],
        file=file.name,
        sha256=file_sha256(file),
        bytes=file.stat().st_size,
        stride=stride,
        size=size,
        chroma_gain=chroma_gain,
        recipe={
            "phases": config["phases"],
            "seed": config["seed"],
            "ema_decay": config["ema_decay"],
        },
        metrics=metrics,
        created=datetime.now(UTC).date().isoformat(),
        **given,
    )
    write_card(card, folder)
    return Exported(folder, card, difference, rounding)


def _read_config(run: Path) -> dict[str, Any]:
    file = run / "config.json"
    if not file.is_file():
        raise UsageError(f"no config.json in {run}; expected a folder that tomau train wrote")
    return dict(json.loads(file.read_text(encoding="utf-8")))


@torch.inference_mode()
def _rounding(generator: nn.Module, network: nn.Module, stride: int) -> float:
    side = -(-256 // stride) * stride
    l = smooth_luminance(1, side, side, torch.Generator().manual_seed(1))
    return float((generator(l) - network(l)).abs().max()) * AB_LIMIT


def _last_validation(run: Path) -> dict[str, float]:
    """Return the scores of the last validation in the run's log."""
    log = run / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    rows = [json.loads(line) for line in lines]
    scored = [row for row in rows if row["event"] == "validation"]
    if not scored:
        return {}
    names = ("rmse", "gray_rmse", "chroma_share", "images")
    return {f"training_validation_{name}": scored[-1][name] for name in names}
