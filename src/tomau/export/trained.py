"""A training run as export reads it, and what its model card takes from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from torch import nn

from tomau import __version__
from tomau.errors import CheckpointError, UsageError
from tomau.models import create_generator, read_weights
from tomau.models.generators import HintUNet
from tomau.runtime.card import ModelCard, file_sha256

_WEIGHTS = "checkpoint/ema.safetensors"
_OWN_FIELDS = ModelCard.model_fields.keys() - {"data", "terms", "license", "metrics", "subject"}


@dataclass(frozen=True)
class Trained:
    """A run's averaged generator, its resolved configuration and its last validation scores."""

    generator: nn.Module
    config: dict[str, Any]
    scores: dict[str, float]

    @property
    def stride(self) -> int:
        """Heights and widths that the generator takes are multiples of this."""
        return int(self.generator.stride)  # type: ignore[arg-type]


def read_run(run: Path) -> Trained:
    """Read the folder that ``tomau train`` wrote.

    Raises:
        UsageError: it is not a run, or one that learnt no colour.
        CheckpointError: it has no checkpoint, or one of another network.
    """
    file = run / "config.json"
    if not file.is_file():
        raise UsageError(f"no config.json in {run}; expected a folder that tomau train wrote")
    config = dict(json.loads(file.read_text(encoding="utf-8")))
    if not (run / _WEIGHTS).is_file():
        raise CheckpointError(f"no {_WEIGHTS} in {run}; expected a run that saved a checkpoint")
    if config.get("data", {}).get("targets") is not None:
        raise UsageError(
            f"{run} is a translation of pairs; export expects a run from luminance to chroma: "
            "apply it with tomau.training.translation.translate"
        )
    generator = create_generator(config["generator"])
    generator.load_state_dict(read_weights(run / _WEIGHTS))
    return Trained(generator.eval(), config, _last_validation(run))


def check_facts(facts: Mapping[str, Any] | None) -> None:
    """Look over the fields that a person adds to a card, before work that takes minutes.

    Raises:
        UsageError: they hold what the export fills in itself, or metrics that are no object.
    """
    given = facts or {}
    if taken := sorted(_OWN_FIELDS & given.keys()):
        raise UsageError(
            f"the facts hold {', '.join(taken)}, which export finds out itself; expected only "
            "data, terms, license, metrics, subject and the like"
        )
    if not isinstance(given.get("metrics", {}), Mapping):
        raise UsageError(
            f"the facts' metrics are a {type(given['metrics']).__name__}; expected an object"
        )


def describe(
    trained: Trained,
    file: Path,
    *,
    size: int,
    chroma_gain: float,
    measured: Mapping[str, Any],
    facts: Mapping[str, Any] | None,
) -> ModelCard:
    """Make the card of an exported file.

    Args:
        trained: the run.
        file: the ONNX file, in its model folder.
        size: default short side of the working picture.
        chroma_gain: factor on ab that the runtime applies.
        measured: metrics that the export measured.
        facts: further fields of the card, looked over by `check_facts`.
    """
    config = trained.config
    own: dict[str, Any] = {
        "name": config["name"],
        "version": __version__,
        "architecture": config["generator"],
        "file": file.name,
        "sha256": file_sha256(file),
        "bytes": file.stat().st_size,
        "stride": trained.stride,
        "size": size,
        "chroma_gain": chroma_gain,
        "chroma_stride": getattr(trained.generator, "chroma_stride", 1),
        "hints": isinstance(trained.generator, HintUNet),
        "recipe": {key: config[key] for key in ("phases", "seed", "ema_decay")},
        "created": datetime.now(UTC).date().isoformat(),
    }
    given = dict(facts or {})
    metrics = {**measured, **trained.scores, **given.pop("metrics", {})}
    return ModelCard(**own, metrics=metrics, **given)


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
