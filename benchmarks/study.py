"""The study's seven experiments: trained, scored and drawn by one command each.

    python benchmarks/study.py train --scale full
    python benchmarks/study.py score --scale full
    python benchmarks/study_report.py

``--scale cpu`` is the scaled-down version for a machine without accelerator: a fifth of the photos,
a tenth of the epochs, crops of 128 pixels. The plain U-Net takes 256 only: it gets batches
of 4 in place of 16, and a quarter of the epochs beside. Runs and results are marked ``@cpu``.

Runs lie in runs/study; finished ones are skipped, interrupted ones go on. ``train S3`` trains S2
first if it has to. S6 with ResNet34, ResNet50 or Xception needs a file:

    python benchmarks/study.py train S6-resnet34 --encoder-weights resnet34=FILE.safetensors

S6-resnet18 is a control that the study lacks: it tells what more photos do from what the backbone
does.
"""

from __future__ import annotations

import argparse
import signal
from collections.abc import Mapping
from pathlib import Path

import torch

from study_curves import write_curves, write_runs
from study_pictures import write_sheets
from study_plan import (
    EXPERIMENTS,
    RUNS,
    SCALES,
    Experiment,
    chosen,
    configuration,
    is_begun,
    is_finished,
    mark_finished,
    run_folder,
    train_command,
    with_parents,
)
from study_scoring import Measure, write_scores
from tomau.errors import TomauError
from tomau.training import TrainConfig, Trainer

_EVERY = 100


class Lines:
    """An observer that prints what is worth reading, and a line every hundred steps."""

    def message(self, text: str) -> None:
        """Print a line."""
        print("   ", text, flush=True)

    def packing(self, photos: int) -> None:
        """Print the count of decoded photos, every thousand."""
        if photos % 1000 == 0:
            print(f"    decoded {photos} photos", flush=True)

    def step(self, step: int, total: int, values: Mapping[str, float]) -> None:
        """Print validations and every hundredth step."""
        if "rmse" in values or step % _EVERY == 0 or step == total:
            numbers = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
            print(f"    step {step}/{total}  {numbers}", flush=True)


def plan(experiment: Experiment, config: TrainConfig, run: Path) -> str:
    """Say what a run will do in one line."""
    state = "finished" if is_finished(run) else "begun" if is_begun(run) else "new"
    limit = config.data.limit
    epochs = " + ".join(f"{phase.epochs:g}" for phase in config.phases)
    steps = "" if limit is None else f", {round(sum(p.epochs for p in config.phases) * limit)} seen"
    return (
        f"{experiment.id:12} {config.generator:31} {experiment.regime}; {limit or 'all'} photos, "
        f"{epochs} epochs{steps}, crops of {config.phases[0].crop} ({state}: {run})"
    )


def train(options: argparse.Namespace) -> None:
    """Train experiments in order of dependence."""
    scale = SCALES[options.scale]
    given = dict(entry.split("=", 1) for entry in options.encoder_weights)
    overrides = tuple(options.overrides)
    jobs = []
    for experiment in with_parents(chosen(options.ids)):
        config = configuration(
            experiment, scale, runs=options.runs, encoder_weights=given, overrides=overrides
        )
        jobs.append((experiment, config, run_folder(experiment.id, scale, options.runs)))
    for experiment, config, run in jobs:
        print(plan(experiment, config, run), flush=True)
    # A cluster's "time is up" is answered like Ctrl-C: by saving.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for _, config, run in jobs if not options.dry_run else ():
        if is_finished(run):
            continue
        print(run, flush=True)
        trainer = Trainer(config, run, Lines())
        trainer.fit(resume=is_begun(run))
        on_gpu = trainer.fabric.device.type == "cuda"
        device = torch.cuda.get_device_name() if on_gpu else trainer.fabric.device.type
        mark_finished(run, photos=len(trainer.task.train), device=device)


def score(options: argparse.Namespace) -> None:
    """Score all finished runs, and draw their pictures."""
    scale = SCALES[options.scale]
    runs = {}
    for experiment in EXPERIMENTS.values():
        run = run_folder(experiment.id, scale, options.runs)
        if is_finished(run):
            runs[experiment.id] = run
        elif not experiment.extra:
            print(f"{run} is not finished: {train_command(experiment, scale)}", flush=True)
    if not runs:
        raise SystemExit("no finished run to score")
    options.out.mkdir(parents=True, exist_ok=True)
    measure = Measure(options.data, options.photos, options.fd_efflite2, options.device)
    write_runs(runs, options.out / f"runs{scale.suffix}.csv")
    write_curves(runs, options.out / f"curves{scale.suffix}.csv")
    write_scores(runs, measure, options.out, scale.suffix)
    write_sheets(runs, options.pictures, options.legacy, options.out, scale.suffix)


def main() -> None:
    """Read the command line and do what it asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    both = argparse.ArgumentParser(add_help=False)
    both.add_argument("--scale", choices=SCALES, required=True)
    both.add_argument("--runs", type=Path, default=RUNS)
    training = commands.add_parser("train", parents=[both], help=train.__doc__)
    training.add_argument("ids", nargs="*", metavar="ID", help="such as S1 or S7-people")
    training.add_argument("--set", dest="overrides", action="append", default=[], metavar="A.B=1")
    training.add_argument("--encoder-weights", action="append", default=[], metavar="resnet34=FILE")
    training.add_argument("--dry-run", action="store_true", help="show the plan, train nothing")
    training.set_defaults(do=train)
    scoring = commands.add_parser("score", parents=[both], help=score.__doc__)
    scoring.add_argument("--data", default="../shared/data/val.tar", help="photos to score on")
    scoring.add_argument("--photos", type=int, default=300, metavar="N", help="the first N photos")
    scoring.add_argument(
        "--fd-efflite2",
        type=Path,
        default=Path("../shared/weights/tf_efficientnet_lite2.safetensors"),
        metavar="FILE",
    )
    scoring.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    scoring.add_argument("--pictures", type=Path, default=Path("../shared/eval/kodak"))
    scoring.add_argument("--legacy", type=Path, default=Path("../shared/eval/legacy"))
    scoring.add_argument("--out", type=Path, default=Path("results/study"))
    scoring.set_defaults(do=score)
    options = parser.parse_args()
    try:
        options.do(options)
    except TomauError as error:
        raise SystemExit(f"error: {error}") from error
    except KeyboardInterrupt:
        raise SystemExit("interrupted; the same command goes on") from None


if __name__ == "__main__":
    main()
