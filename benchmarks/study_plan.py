"""The study's experiments: what each is, what it starts from, and its scaled-down version."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tomau.errors import UsageError
from tomau.training import TrainConfig, load_config

CONFIGS = Path("configs/train")
RUNS = Path("runs/study")
CHECKPOINT = "checkpoint"
WEIGHTS = "checkpoint/ema.safetensors"
FINISHED = "finished.json"
EVERYTHING = 18_000  # the photos of train.csv, which a configuration without a limit takes
_RESNET18 = "../shared/weights/resnet18_imagenet_without_layer4_convs.safetensors"
_TAKES_256_ONLY = ("unet.pix2pix",)


@dataclass(frozen=True)
class Scale:
    """How much of the full size is trained; ``crop`` None leaves the configuration's."""

    name: str
    suffix: str = ""
    photos: float = 1.0
    epochs: float = 1.0
    crop: int | None = None
    min_scale: float = 1.0


SCALES = {
    "full": Scale("full"),
    # Crops of 128 pixels take half of the short side or more: objects have about the size in
    # pixels that they have in the pictures of 256 that are scored.
    "cpu": Scale("cpu", "@cpu", photos=0.2, epochs=0.1, crop=128, min_scale=0.5),
}


@dataclass(frozen=True)
class Experiment:
    """A row of the study's table.

    Attributes:
        parent: the experiment whose result it starts from.
        changes: what it changes in the configuration that it shares with others.
        given: the encoder whose weights the caller has to give.
        extra: whether it is trained only if it is named.
    """

    id: str
    config: str
    regime: str
    parent: str | None = None
    changes: tuple[str, ...] = ()
    given: str | None = None
    extra: bool = False


def _backbone(name: str, weights: str | None = None) -> Experiment:
    changes = [f"generator=unet-{name}.pix2pix", f"name=study-s6-{name}"]
    if weights is not None:
        changes.append(f"encoder_weights={weights}")
    given = name if weights is None else None
    return Experiment(
        f"S6-{name}", "study-s6", "S2 + S3", changes=tuple(changes), given=given, extra=True
    )


def _specialist(kind: str) -> Experiment:
    return Experiment(f"S7-{kind}", f"study-s7-{kind}", f"fine-tuned from S3 on {kind}", "S3")


EXPERIMENTS = {
    experiment.id: experiment
    for experiment in (
        Experiment("S1", "study-s1", "adversarial, lambda 100"),
        Experiment("S2", "study-s2", "L1 only"),
        Experiment("S3", "study-s3", "adversarial, lambda 100, from S2", "S2"),
        Experiment("S4", "study-s4", "adversarial, lambda 100, no L1 phase"),
        Experiment("S5", "study-s5", "adversarial, no L1 phase, no L1 term"),
        Experiment("S6", "study-s6", "S2 + S3"),
        # The control that tells data from backbone: S6 with S3's network.
        _backbone("resnet18", _RESNET18),
        *(_backbone(name) for name in ("resnet34", "resnet50", "xception")),
        *(_specialist(kind) for kind in ("people", "animals", "outdoor", "indoor")),
    )
}


def chosen(ids: Iterable[str]) -> list[Experiment]:
    """Return experiments by id in order of dependence; without ids those of the issue.

    Raises:
        UsageError: an id is unknown.
    """
    wanted = set(ids)
    for unknown in sorted(wanted - EXPERIMENTS.keys()):
        raise UsageError(
            f"no experiment is called {unknown!r}; expected some of {', '.join(EXPERIMENTS)}"
        )
    return [e for e in EXPERIMENTS.values() if e.id in wanted or not (wanted or e.extra)]


def with_parents(experiments: Collection[Experiment]) -> list[Experiment]:
    """Add what experiments start from, in order of dependence."""
    wanted = {experiment.id for experiment in experiments}
    for experiment in reversed(EXPERIMENTS.values()):
        if experiment.id in wanted and experiment.parent is not None:
            wanted.add(experiment.parent)
    return [e for e in EXPERIMENTS.values() if e.id in wanted]


def run_folder(experiment_id: str, scale: Scale, runs: Path = RUNS) -> Path:
    """Return where a run lies: ``runs/study/S2`` or ``runs/study/S2@cpu``."""
    return runs / f"{experiment_id}{scale.suffix}"


def configuration(
    experiment: Experiment,
    scale: Scale,
    *,
    runs: Path = RUNS,
    encoder_weights: Mapping[str, str] | None = None,
    overrides: tuple[str, ...] = (),
) -> TrainConfig:
    """Build the configuration of an experiment at a scale.

    Raises:
        UsageError: it starts from something else than its parent at this scale, a backbone came
            without its weights, or an override is invalid.
    """
    path = CONFIGS / f"{experiment.config}.yaml"
    changes = [*experiment.changes, *_scaled(load_config(path, experiment.changes), scale)]
    if experiment.given is not None:
        file = (encoder_weights or {}).get(experiment.given)
        if file is None:
            raise UsageError(
                f"{experiment.id} came without weights; expected "
                f"--encoder-weights {experiment.given}=FILE.safetensors"
            )
        changes.append(f"encoder_weights={file}")
    start = None
    if experiment.parent is not None:
        start = run_folder(experiment.parent, scale, runs) / WEIGHTS
        changes.append(f"init_from={start}")
    config = load_config(path, (*changes, *overrides))
    if config.init_from != start:
        raise UsageError(f"{experiment.id} starts from {config.init_from}; expected {start}")
    return config


def _scaled(config: TrainConfig, scale: Scale) -> list[str]:
    """Return the overrides that make a full configuration one of a scale."""
    if scale.crop is None:
        return []
    limit = round((config.data.limit or EVERYTHING) * scale.photos)
    changes = [f"data.limit={limit}", "device=cpu"]
    for number, phase in enumerate(config.phases):
        part = scale.epochs
        values: dict[str, float] = {"crop": scale.crop, "min_scale": scale.min_scale}
        if config.generator in _TAKES_256_ONLY:
            # As many steps as the ratio asks for, each with the pixels of the others' steps.
            fewer = (phase.crop // scale.crop) ** 2
            part /= fewer
            values = {"batch": phase.batch // fewer}
        values["epochs"] = round(phase.epochs * part, 4)
        changes += [f"phases.{number}.{name}={value}" for name, value in values.items()]
    return changes


def train_command(experiment: Experiment, scale: Scale) -> str:
    """Return the command that trains an experiment."""
    weights = f" --encoder-weights {experiment.given}=FILE" if experiment.given else ""
    return f"python benchmarks/study.py train {experiment.id} --scale {scale.name}{weights}"


def is_finished(run: Path) -> bool:
    """Tell whether a run was trained to its end."""
    return (run / FINISHED).is_file() and (run / WEIGHTS).is_file()


def is_begun(run: Path) -> bool:
    """Tell whether a run has a checkpoint to go on from."""
    return any((run / name).exists() for name in (CHECKPOINT, f"{CHECKPOINT}.old"))


def mark_finished(run: Path, *, photos: int, device: str) -> None:
    """Note that a run was trained to its end, on so many photos, by some device."""
    text = json.dumps({"photos": photos, "device": device})
    (run / FINISHED).write_text(text + "\n", encoding="utf-8")


def read_finished(run: Path) -> tuple[int, str]:
    """Return on how many photos a finished run was trained, and by which device."""
    noted = json.loads((run / FINISHED).read_text(encoding="utf-8"))
    return int(noted["photos"]), str(noted["device"])


def config_of(run: Path) -> TrainConfig:
    """Read the resolved configuration that a run has saved."""
    return TrainConfig.model_validate_json((run / "config.json").read_text(encoding="utf-8"))
