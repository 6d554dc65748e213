"""The study's experiments: configurations as the study has them, and the scripts that run them."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.data.conftest import make_photo
from tests.training.conftest import Recorder
from tomau.errors import UsageError
from tomau.training import TrainConfig, load_config
from tomau.training.run import settled

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import study
import study_plan
import study_report
from study_answers import answers, specialists
from study_curves import curve, log_lines
from study_pictures import FAILURES, logo
from study_tables import Estimate, Tables

CPU, FULL = study_plan.SCALES["cpu"], study_plan.SCALES["full"]


def _full(name: str) -> TrainConfig:
    return study_plan.configuration(study_plan.EXPERIMENTS[name], FULL)


@pytest.mark.parametrize(
    ("name", "generator", "limit", "phases"),
    [
        ("S1", "unet.pix2pix", 10_000, [("adversarial", 34, 2e-4, 0.5, 100)]),
        ("S2", "unet-resnet18.pix2pix", 10_000, [("l1-pretraining", 20, 1e-4, 0.9, 100)]),
        ("S3", "unet-resnet18.pix2pix", 10_000, [("adversarial", 20, 2e-4, 0.5, 100)]),
        ("S4", "unet-resnet18.pix2pix", 10_000, [("adversarial", 20, 2e-4, 0.5, 100)]),
        ("S5", "unet-resnet18.pix2pix", None, [("adversarial", 20, 2e-4, 0.5, 0)]),
        (
            "S6",
            "unet-efficientnet_lite2.pix2pix",
            None,
            [("l1-pretraining", 20, 1e-4, 0.9, 100), ("adversarial", 20, 2e-4, 0.5, 100)],
        ),
    ],
)
def test_configurations_hold_the_studys_numbers(
    name: str, generator: str, limit: int | None, phases: list[tuple[object, ...]]
) -> None:
    config = _full(name)
    assert (config.generator, config.data.limit) == (generator, limit)
    assert [(p.regime, p.epochs, p.lr, p.betas[0], p.l1_weight) for p in config.phases] == phases
    assert {(p.batch, p.crop, p.min_scale, p.betas[1]) for p in config.phases} == {
        (16, 256, 1.0, 0.999)
    }


def test_results_are_handed_on_and_every_epoch_of_s3_is_kept() -> None:
    assert _full("S3").init_from == Path("runs/study/S2/checkpoint/ema.safetensors")
    assert _full("S3").keep_epochs
    for kind in ("people", "animals", "outdoor", "indoor"):
        config = _full(f"S7-{kind}")
        assert config.init_from == Path("runs/study/S3/checkpoint/ema.safetensors")
        assert config.data.sources
        assert config.data.index is not None


def test_configurations_alone_are_the_full_experiments() -> None:
    for name in ("S1", "S2", "S3", "S4", "S5", "S6", "S7-indoor"):
        path = study_plan.CONFIGS / f"{study_plan.EXPERIMENTS[name].config}.yaml"
        assert load_config(path) == _full(name)


def test_small_scale_keeps_the_ratios_and_starts_from_small_parents() -> None:
    small = study_plan.configuration(study_plan.EXPERIMENTS["S3"], CPU)
    assert small.init_from == Path("runs/study/S2@cpu/checkpoint/ema.safetensors")
    assert (small.data.limit, small.phases[0].epochs, small.phases[0].crop) == (2000, 2, 128)
    assert study_plan.configuration(study_plan.EXPERIMENTS["S5"], CPU).data.limit == 3600
    plain = study_plan.configuration(study_plan.EXPERIMENTS["S1"], CPU).phases[0]
    assert (plain.crop, plain.batch) == (256, 4)
    assert 2000 * plain.epochs / 4 == pytest.approx(2000 * 34 * 0.1 / 16)


def test_foreign_start_unknown_name_and_missing_weights_are_refused() -> None:
    experiments = study_plan.EXPERIMENTS
    with pytest.raises(UsageError, match="expected runs/study/S2@cpu"):
        study_plan.configuration(experiments["S3"], CPU, overrides=("init_from=other",))
    with pytest.raises(UsageError, match="expected some of S1"):
        study_plan.chosen(["S8"])
    with pytest.raises(UsageError, match="--encoder-weights xception=FILE"):
        study_plan.configuration(experiments["S6-xception"], FULL)
    given = {"xception": "x.safetensors"}
    config = study_plan.configuration(experiments["S6-xception"], FULL, encoder_weights=given)
    assert config.generator == "unet-xception.pix2pix"
    assert config.encoder_weights == Path("x.safetensors")


def test_order_is_that_of_dependence() -> None:
    jobs = study_plan.with_parents(study_plan.chosen(["S7-indoor", "S1"]))
    assert [job.id for job in jobs] == ["S1", "S2", "S3", "S7-indoor"]
    assert {e.id for e in study_plan.chosen([])} == {
        *("S1", "S2", "S3", "S4", "S5", "S6"),
        *("S7-people", "S7-animals", "S7-outdoor", "S7-indoor"),
    }


def test_what_is_left_to_the_machine_is_settled_by_it(
    config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    anywhere = config.model_copy(update={"device": "auto"})
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    for gpu, expected in ((True, ("bf16-mixed", True)), (False, ("32-true", False))):
        monkeypatch.setattr(torch.cuda, "is_available", lambda gpu=gpu: gpu)
        found = settled(anywhere)
        assert (found.precision, found.compile) == expected
        said = anywhere.model_copy(update={"precision": "16-mixed", "compile": False})
        assert settled(said) == said
    assert settled(config).precision == "32-true"


def _call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["study.py", *map(str, arguments)])
    study.main()


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Made photos and pictures under the names that the scripts look for."""
    found = {name: tmp_path / name for name in ("photos", "held-out", "kodak", "legacy")}
    for place in found.values():
        place.mkdir()
    for seed in range(8):
        make_photo(seed, 64, 64).save(found["photos"] / f"{seed}.png")
        make_photo(seed + 20, 64, 64).save(found["held-out"] / f"{seed}.png")
    for name in ("kodim01.avif", *FAILURES.values()):
        place = found["kodak" if name.startswith("kodim") else "legacy"]
        make_photo(40, 64, 96).save(place / name)
    return found | {"runs": tmp_path / "runs", "study": tmp_path / "study"}


def _train(monkeypatch: pytest.MonkeyPatch, places: dict[str, Path], *ids: str) -> None:
    values = {
        "generator": "tiny",
        "encoder_weights": "null",
        "log_every": 1,
        "data.photos": places["photos"],
        "data.validation": places["held-out"],
        "data.validation_limit": 2,
        "data.limit": 8,
        "data.short_side": 64,
        "data.cache": places["runs"].parent / "cache",
        "phases.0.crop": 32,
        "phases.0.batch": 4,
        "phases.0.epochs": 2,
    }
    changes = [part for name, value in values.items() for part in ("--set", f"{name}={value}")]
    _call(monkeypatch, "train", *ids, "--scale", "cpu", "--runs", places["runs"], *changes)


def test_small_study_is_trained_scored_and_reported(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _train(monkeypatch, places, "S3")  # and S2, from which it starts
    before = (places["runs"] / "S2@cpu/checkpoint/ema.safetensors").stat().st_mtime_ns
    _train(monkeypatch, places, "S2")
    assert "finished" in capsys.readouterr().out
    after = (places["runs"] / "S2@cpu/checkpoint/ema.safetensors").stat().st_mtime_ns
    assert before == after
    folders = ("--pictures", places["kodak"], "--legacy", places["legacy"])
    what = ("--data", places["held-out"], "--photos", 4, "--fd-efflite2", "none")
    scale = ("--scale", "cpu", "--runs", places["runs"], "--out", places["study"])
    _call(monkeypatch, "score", *scale, *what, *folders)
    out = places["study"]
    names = ("before-after-kodak", "before-after-legacy", "failures")
    for name in names:
        with Image.open(out / f"{name}@cpu.jpg") as sheet:
            assert min(sheet.size) > 100
    monkeypatch.setattr(sys, "argv", ["study_report.py", "--tables", str(out)])
    study_report.main()
    text = out.with_suffix(".md").read_text(encoding="utf-8")
    assert "| S3@cpu | " in text
    assert "colourfulness" in text
    assert "![Losses of D and G per epoch](study/curves@cpu.png)" in text
    assert "`python benchmarks/study.py train S1 --scale cpu`" in text
    assert "Not run yet: `python benchmarks/study.py train --scale full`" in text
    assert (out / "curves@cpu.png").is_file()
    tables = Tables(out, CPU)
    assert {"S2", "S3", "gray", "mean_color", "truth"} == tables.scores.keys()
    assert [row["epoch"] for row in tables.read("epochs") if row["metric"] == "rmse"][:2] == [
        "1",
        "2",
    ]
    assert {row["images_seen"] for row in tables.runs.values()} == {"16"}


def test_interrupted_training_goes_on_by_the_same_command(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(study.Lines, "step", Recorder(stop_at=2).step)
        with pytest.raises(SystemExit, match="goes on"):
            _train(patched, places, "S2")
    assert not study_plan.is_finished(places["runs"] / "S2@cpu")
    _train(monkeypatch, places, "S2")
    assert "resuming at step 2 of 4" in capsys.readouterr().out
    assert study_plan.read_finished(places["runs"] / "S2@cpu") == (8, "cpu")


def test_report_without_any_run_names_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["study_report.py", "--tables", str(tmp_path / "study")])
    study_report.main()
    text = (tmp_path / "study.md").read_text(encoding="utf-8")
    assert text.count("Not run yet") == 2


def _log(run: Path, lines: list[dict[str, object]]) -> None:
    run.mkdir()
    (run / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_curve_is_the_mean_of_each_epoch_and_the_last_of_repeated_steps(
    config: TrainConfig, tmp_path: Path
) -> None:
    run = tmp_path / "S3"
    common = {"event": "train", "phase": 0, "images_per_s": 2.0}
    steps = [(1, 1.0), (2, 3.0), (3, 9.0), (4, 5.0), (3, 7.0)]
    _log(run, [common | {"step": s, "images": 4 * s, "l1": value} for s, value in steps])
    (run / "config.json").write_text(config.model_dump_json())
    study_plan.mark_finished(run, photos=8, device="cpu")  # two steps of four photos make an epoch
    assert [line["l1"] for line in log_lines(run, "train")] == [1, 3, 7, 5]
    assert [(row["epoch"], row["l1"], row["d"]) for row in curve("S3", run)] == [
        (1, 2.0, ""),
        (2, 6.0, ""),
    ]


def _made_tables(folder: Path, colour: tuple[float, float], error: tuple[float, float]) -> Tables:
    """Tables in which S3 less S2 and S5 less S3 have some intervals."""
    names = ("S2", "S3", "S5", "truth")
    metrics = ("colorfulness", "colorfulness_error", "rmse", "blobs")
    _write(folder / "runs.csv", [
        {"experiment": name, "generator": "g", "crop": 256} for name in names[:3]
    ])  # fmt: skip
    _write(folder / "scores.csv", [
        {"experiment": name, "metric": metric, "mean": 10.0 + number, "low": 9.0, "high": 19.0}
        for number, name in enumerate(names) for metric in metrics
    ])  # fmt: skip
    ends = {("S3", "S2"): colour, ("S5", "S3"): error}
    _write(folder / "pairs.csv", [
        {"photos": "validation", "count": 9, "first": first, "second": second, "metric": metric,
         "mean": sum(interval) / 2, "low": interval[0], "high": interval[1], "p_value": 0.1}
        for (first, second), interval in ends.items() for metric in metrics
    ])  # fmt: skip
    return Tables(folder, FULL)


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        stream.write("# python study.py\n")
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("interval", "colour", "error"),
    [
        ((1.0, 2.0), "higher; this agrees", "higher; this is the opposite"),
        ((-2.0, -1.0), "lower; this is the opposite", "lower; this agrees"),
        ((-1.0, 2.0), "tell; this does not bear out", "tell; this does not bear out"),
    ],
)
def test_answers_follow_from_the_intervals(
    tmp_path: Path, interval: tuple[float, float], colour: str, error: str
) -> None:
    tables = _made_tables(tmp_path, interval, interval)
    lines = answers(tables)
    found = [line for line in lines if line.startswith("- S3 less S2")]
    assert [colour in line for line in found] == [True]
    found = [line for line in lines if line.startswith("- S5 less S3")]
    assert [error in line for line in found] == [True]
    missing = [line for line in lines if line.startswith("- S6-resnet18 less S3")]
    assert "`python benchmarks/study.py train S6-resnet18 --scale full`" in missing[0]
    assert len(specialists(tables)) == 4


def test_interval_without_ends_decides_nothing() -> None:
    assert Estimate(3.0).sign == 0
    assert str(Estimate(3.0, 2.0, 4.0)) == "+3.00 (+2.00 to +4.00)"


def test_logo_has_flat_colours() -> None:
    colours = {tuple(c) for c in np.asarray(logo()).reshape(-1, 3)}
    assert {(214, 40, 40), (0, 92, 175), (255, 183, 3)} <= colours
