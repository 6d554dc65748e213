"""A training run to an 8-bit model folder, and what the 8 bits cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tomau.color.spaces import AB_LIMIT
from tomau.export.calibration import Feed, calibration_photos, make_feeds
from tomau.export.onnx_model import deployable, write_onnx
from tomau.export.parity import check_parity
from tomau.export.quantize import quantize_onnx
from tomau.export.trained import check_facts, describe, read_run
from tomau.runtime.card import ModelCard, write_card
from tomau.runtime.contract import INPUT_NAME
from tomau.runtime.session import OnnxSession


@dataclass(frozen=True)
class Difference:
    """How far two networks' ab lie apart over some photos, in units of a* and b*.

    Attributes:
        rms: root of the mean square over all photos.
        worst: the same of the worst photo.
        photos: number of photos.
    """

    rms: float
    worst: float
    photos: int


@dataclass(frozen=True)
class Quantized:
    """What an 8-bit export wrote and measured.

    Attributes:
        folder: the model folder.
        card: its card.
        difference: from the float32 network on held-out photos.
    """

    folder: Path
    card: ModelCard
    difference: Difference


def export_int8(
    run: Path,
    folder: Path,
    photos: str,
    *,
    count: int = 128,
    size: int = 256,
    chroma_gain: float = 1.0,
    facts: Mapping[str, Any] | None = None,
) -> Quantized:
    """Export a run's averaged generator with 8-bit filters and activations.

    The float32 graph has to pass the parity gate. What the 8 bits cost is measured, not gated:
    whether the model is good enough is for an evaluation to say.

    Args:
        run: folder of ``tomau train``.
        folder: where ``model.onnx`` and ``card.json`` go.
        photos: colour photos like those of the training, a folder or shards.
        count: photos to calibrate with; a quarter more are held out, to measure on.
        size: default short side of the working picture, and side of the calibration squares.
        chroma_gain: factor on ab that the runtime applies.
        facts: further fields of the card: data, terms, license, metrics.

    Raises:
        UsageError: ``run`` is not a run, or a fact is not one to be given.
        CheckpointError: it has no checkpoint.
        DataError: too few usable photos.
        ModelError: the parity gate refuses the float32 graph.
    """
    check_facts(facts)
    trained = read_run(run)
    network = deployable(trained.generator, half_storage=False)
    side = -(-size // trained.stride) * trained.stride
    calibration, held_out = calibration_photos(photos, count, side)
    folder.mkdir(parents=True, exist_ok=True)
    whole, part = folder / "float32.part.onnx", folder / "model.part.onnx"
    try:
        write_onnx(network, whole, half_storage=False)
        difference = check_parity(network, whole, trained.stride)
        kept = quantize_onnx(whole, part, make_feeds(calibration))
        cost = compare(whole, part, make_feeds(held_out))
        file = part.replace(folder / "model.onnx")
    finally:
        whole.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    quantization = {
        "recipe": "static QDQ, minmax; uint8 activations, int8 filters per channel",
        "calibration_photos": len(calibration),
        "held_out_photos": len(held_out),
        "float32_filters": kept,
    }
    card = describe(
        trained,
        file,
        size=size,
        chroma_gain=chroma_gain,
        measured={
            "float32_onnx_parity_max_ab": round(difference, 6),
            "int8_ab_rms": round(cost.rms, 4),
            "int8_ab_rms_worst_photo": round(cost.worst, 4),
        },
        facts={**(facts or {}), "quantization": quantization},
    )
    write_card(card, folder)
    return Quantized(folder, card, cost)


def compare(first: Path, second: Path, feeds: Sequence[Feed]) -> Difference:
    """Compare the answers of two ONNX files on the same feeds."""
    sessions = [OnnxSession(file, device="cpu") for file in (first, second)]
    squares = []
    for arrays in feeds:
        one, other = (session.run(arrays[INPUT_NAME]).ab for session in sessions)
        squares.append(float(np.square((one - other) * AB_LIMIT).mean()))
    return Difference(float(np.sqrt(np.mean(squares))), float(np.sqrt(max(squares))), len(feeds))
