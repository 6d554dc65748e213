"""What the study's runs tell of themselves: their facts, and their losses per epoch."""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from study_plan import EXPERIMENTS, config_of, read_finished
from tomau.models import create_generator
from tomau.training.config import PhaseConfig
from tomau.training.schedule import lay_out

LOSSES = ("d", "g_gan", "l1")
RUN_FIELDS = (
    "experiment", "generator", "million_parameters", "regime", "photos", "epochs", "crop",
    "images_seen", "images_per_s", "minutes", "device", "precision",
)  # fmt: skip
CURVE_FIELDS = ("experiment", "phase", "regime", "epoch", *LOSSES, "rmse", "images_per_s")
Line = dict[str, float]


def write_table(
    path: Path, fields: Iterable[str], rows: Iterable[Mapping[str, object]], remark: str = ""
) -> None:
    """Write a CSV under the command that made it."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        stream.write(f"# python {' '.join(sys.argv)}\n")
        if remark:
            stream.write(f"# {remark}\n")
        writer = csv.DictWriter(stream, list(fields), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})


def log_lines(run: Path, event: str) -> list[Line]:
    """Read the lines of one kind, in order; of a step trained twice the last."""
    lines = {}
    for text in (run / "log.jsonl").read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if line["event"] == event:
            lines[line["step"]] = line
    return [lines[step] for step in sorted(lines)]


def write_runs(runs: Mapping[str, Path], path: Path) -> None:
    """Write a line for each run: what was trained, how long, how fast."""
    write_table(path, RUN_FIELDS, [_facts(name, run) for name, run in runs.items()])


def _facts(name: str, run: Path) -> dict[str, object]:
    config = config_of(run)
    seconds, images, before = 0.0, 0.0, 0.0
    for line in log_lines(run, "train"):
        images, before = line["images"], images
        seconds += (images - before) / line["images_per_s"]
    network = create_generator(config.generator)
    photos, device = read_finished(run)
    return {
        "experiment": name,
        "generator": config.generator,
        "million_parameters": sum(p.numel() for p in network.parameters()) / 1e6,
        "regime": EXPERIMENTS[name].regime,
        "photos": photos,
        "epochs": " + ".join(f"{phase.epochs:g}" for phase in config.phases),
        "crop": config.phases[0].crop,
        "images_seen": int(images),
        "images_per_s": images / seconds,
        "minutes": seconds / 60,
        "device": device,
        "precision": config.precision,
    }


def write_curves(runs: Mapping[str, Path], path: Path) -> None:
    """Write the mean of each loss over the log lines of each epoch, and the error after it."""
    rows = [row for name, run in runs.items() for row in curve(name, run)]
    write_table(path, CURVE_FIELDS, rows, "means over the log lines of an epoch; rmse after it")


def curve(name: str, run: Path) -> list[dict[str, object]]:
    """Return a row for each epoch of a run's phases."""
    config = config_of(run)
    phases = lay_out(config.phases, read_finished(run)[0])
    losses: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in log_lines(run, "train"):
        phase = int(line["phase"])
        losses[phase, phases[phase].epoch(int(line["step"]))].append(line)
    errors = {
        (int(line["phase"]), phases[int(line["phase"])].epoch(int(line["step"]))): line["rmse"]
        for line in log_lines(run, "validation")
    }
    return [
        {
            "experiment": name,
            "phase": phase,
            "regime": _regime(phases[phase].config),
            "epoch": epoch,
            **_means(lines),
            "rmse": errors.get((phase, epoch), ""),
            "images_per_s": float(np.mean([line["images_per_s"] for line in lines])),
        }
        for (phase, epoch), lines in sorted(losses.items())
    ]


def _means(lines: list[Line]) -> dict[str, object]:
    return {
        loss: float(np.mean([line[loss] for line in lines])) if loss in lines[0] else ""
        for loss in LOSSES
    }


def _regime(phase: PhaseConfig) -> str:
    if phase.regime != "adversarial":
        return "L1"
    return f"adversarial, lambda {phase.l1_weight:g}"
