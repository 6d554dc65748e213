"""The study's runs, scored as `tomau evaluate` scores models, on the same photos for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path

from study_curves import write_table
from study_plan import CONFIGS, EXPERIMENTS, WEIGHTS, config_of
from tomau.data import PackOptions, first_photos, from_sources, open_pack
from tomau.errors import UsageError
from tomau.evaluation import (
    Protocol,
    Scores,
    Summary,
    TruthPhotos,
    compare_pair,
    mean_color,
    score_answers,
    score_on_photos,
    summarize,
)
from tomau.evaluation.perceptual import efflite2_judge, torch_device
from tomau.models import create_generator, read_weights
from tomau.runtime import Colorizer, ModelCard, contract
from tomau.runtime.card import file_sha256
from tomau.training import load_config

SIZE = 256
Pixels = NDArray[np.uint8]
Answer = Callable[[str, Pixels], Pixels]
SCORE_FIELDS = ("experiment", "metric", "mean", "low", "high")
EPOCH_FIELDS = ("experiment", "epoch", "metric", "mean", "low", "high")
PAIR_FIELDS = ("photos", "count", "first", "second", "metric", "mean", "low", "high", "p_value")

# What the report compares: after and before, more and fewer, one backbone and another.
PAIRS = (
    ("S3", "S2"),
    ("S3", "S4"),
    ("S4", "S1"),
    ("S3", "S1"),
    ("S5", "S3"),
    ("S5", "S4"),
    ("S6-resnet18", "S3"),
    ("S6", "S3"),
    *((name, "S6-resnet18") for name in ("S6", "S6-resnet34", "S6-resnet50", "S6-xception")),
)
VALIDATION = "validation"


@dataclass(frozen=True)
class Measure:
    """What runs are scored on: the first ``photos`` of ``data``; weights for the features."""

    data: str
    photos: int
    features: Path
    device: str = "auto"


class NetworkSession:
    """Runs a PyTorch network where the runtime runs an exported one."""

    provider = "PyTorch"

    def __init__(self, network: torch.nn.Module, device: str) -> None:
        self.device = torch_device(device)
        self._network = network.eval().to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def run(self, l: NDArray[np.float32]) -> contract.Answer:
        """Predict from ``l`` (N, 1, H, W) in -1..1 the chroma (N, 2, H, W)."""
        answer = self._network(torch.from_numpy(np.ascontiguousarray(l)).to(self.device))
        return contract.Answer(answer.float().cpu().numpy())


def load_colorizer(run: Path, weights: Path | None = None, *, device: str = "auto") -> Colorizer:
    """Load a run's network, or one that it kept, behind the colour stage that users have."""
    name = config_of(run).generator
    file = weights or run / WEIGHTS
    network = create_generator(name)
    network.load_state_dict(read_weights(file))
    card = ModelCard(
        name=run.name,
        version="0",
        architecture=name,
        sha256=file_sha256(file),
        bytes=file.stat().st_size,
        stride=int(network.stride),  # type: ignore[arg-type]  # nn.Module's attributes
        size=SIZE,
    )
    return Colorizer(card, NetworkSession(network, device))


def write_scores(runs: Mapping[str, Path], measure: Measure, out: Path, suffix: str) -> None:
    """Write scores and comparisons of all runs, S3's epochs, and the specialists' comparisons."""
    load = partial(load_colorizer, device=measure.device)
    summary = _on_validation({name: _answer(load(run)) for name, run in runs.items()}, measure)
    rows = _rows(summary, "experiment")
    write_table(out / f"scores{suffix}.csv", SCORE_FIELDS, rows, summary.protocol)
    pairs = [row for first, second in PAIRS for row in _pair_rows(summary.scores, first, second)]
    for name in runs:
        if name.startswith("S7-") and "S3" in runs:
            two = {key: _answer(load(runs[key])) for key in (name, "S3")}
            pairs += _on_own_photos(name, two, measure.photos)
    write_table(out / f"pairs{suffix}.csv", PAIR_FIELDS, pairs, "first less second, photo by photo")
    if "S3" in runs:
        kept = sorted((runs["S3"] / "epochs").glob("*.safetensors"))
        answers = {str(n): _answer(load(runs["S3"], file)) for n, file in enumerate(kept, start=1)}
        summary = _on_validation(answers, measure)
        rows = [{"experiment": "S3", **row} for row in _rows(summary, "epoch")]
        write_table(out / f"epochs{suffix}.csv", EPOCH_FIELDS, rows, summary.protocol)


def _answer(colorizer: Colorizer) -> contract.Answer:
    return lambda _, gray_u8: colorizer.colorize(gray_u8)


def _on_validation(answers: Mapping[str, Answer], measure: Measure) -> Summary:
    photos = TruthPhotos(measure.data, limit=measure.photos)
    sets = ()
    if measure.features.is_file():
        sets = (efflite2_judge(measure.features, device=torch_device(measure.device)),)
    else:
        print(f"no weights at {measure.features}: fd_efflite2 is left out", flush=True)
    color = mean_color(photos, size=SIZE, source="these photos")
    protocol = Protocol(SIZE, color, None, sets)
    scores = score_on_photos(answers, photos, protocol, progress=_progress)
    for problem in scores.problems:
        print(problem, flush=True)
    return summarize(scores)


def _progress(done: int) -> None:
    if done % 50 == 0:
        print(f"    scored on {done} photos", flush=True)


def _rows(summary: Summary, label: str) -> list[dict[str, object]]:
    return [
        {
            label: answer,
            "metric": line.metric,
            "mean": line.means[answer],
            **dict(zip(("low", "high"), line.intervals.get(answer, ("", "")), strict=True)),
        }
        for answer in summary.scores.answers
        for line in summary.lines
    ]


def _pair_rows(
    scores: Scores, first: str, second: str, photos: str = VALIDATION
) -> list[dict[str, object]]:
    if not {first, second} <= set(scores.contestants) or scores.count < 2:
        return []
    pair = compare_pair(scores, first, second)
    return [
        {
            "photos": photos,
            "count": pair.count,
            "first": first,
            "second": second,
            "metric": part.metric,
            "mean": part.mean,
            "low": part.interval[0],
            "high": part.interval[1],
            "p_value": part.p_value,
        }
        for part in pair.differences
    ]


def _on_own_photos(name: str, answers: Mapping[str, Answer], limit: int) -> list[dict[str, object]]:
    """Compare a specialist with S3 on photos of its sources that neither has seen."""
    print(f"    {name} on photos of its own kind", flush=True)
    scores = score_answers(answers, held_back(name)[:limit], Protocol(SIZE))
    return _pair_rows(scores, name, "S3", name.removeprefix("S7-"))


def held_back(name: str) -> Sequence[tuple[str, Pixels]]:
    """Return the photos of a specialist's sources that its configuration's limit leaves out.

    Limits take photos by a hash of their names, lowest first: S3, which takes 57 % of all, has
    seen none of the last tenth either.
    """
    data = load_config(CONFIGS / f"{EXPERIMENTS[name].config}.yaml").data
    if data.index is None or data.limit is None:
        raise UsageError(f"{name} came without data.index or data.limit; expected both")
    options = PackOptions(data.short_side, data.min_chroma)
    pack = open_pack(data.photos, user_cache_path("tomau") / "packs", options)
    own = from_sources(pack, data.index, data.sources)
    seen = set(first_photos(own, data.limit).keys)
    return [(key, own.photo(i)) for i, key in enumerate(own.keys) if key not in seen]
