"""A training run to a model folder: ``model.onnx`` and ``card.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tomau.color.spaces import AB_LIMIT
from tomau.export.onnx_model import deployable, write_onnx
from tomau.export.parity import check_parity, smooth_luminance
from tomau.export.trained import check_facts, describe, read_run
from tomau.runtime.card import ModelCard, write_card


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
        UsageError: ``run`` is not a run, or a fact is not one to be given.
        CheckpointError: it has no checkpoint.
        ModelError: the parity gate refuses.
    """
    check_facts(facts)
    trained = read_run(run)
    network = deployable(trained.generator, half_storage=half_storage)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "model.part.onnx"
    try:
        write_onnx(network, part, half_storage=half_storage)
        difference = check_parity(network, part, trained.stride)
        file = part.replace(folder / "model.onnx")
    finally:
        part.unlink(missing_ok=True)
    rounding = _rounding(trained.generator, network, trained.stride)
    measured = {"onnx_parity_max_ab": round(difference, 6)}
    if half_storage:
        measured["half_storage_max_ab"] = round(rounding, 4)
    card = describe(
        trained, file, size=size, chroma_gain=chroma_gain, measured=measured, facts=facts
    )
    write_card(card, folder)
    return Exported(folder, card, difference, rounding)


@torch.inference_mode()
def _rounding(generator: nn.Module, network: nn.Module, stride: int) -> float:
    side = -(-256 // stride) * stride
    l = smooth_luminance(1, side, side, torch.Generator().manual_seed(1))
    return float((generator(l) - network(l)).abs().max()) * AB_LIMIT
