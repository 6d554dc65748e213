"""Scoring pictures, folders and models against colour photographs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tomau.color import srgb_to_lab
from tomau.errors import TomauError
from tomau.evaluation.anchors import MeanColor, gray_answer
from tomau.evaluation.contestants import ResultFolder
from tomau.evaluation.metrics import (
    blob_rate,
    chroma_mse,
    ciede2000,
    colorfulness,
    luminance_error,
    mean_chroma,
    psnr,
    ssim,
)
from tomau.evaluation.photos import TruthPhotos
from tomau.evaluation.pixels import STUDY_SIZE, resize_for_protocol, to_float
from tomau.evaluation.scores import GRAY, MEAN_COLOR, RESULT, TRUTH, Row, Score, Scores, collect

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.evaluation.contestants import Contestant
    from tomau.evaluation.judges import PairJudge, SetJudge
    from tomau.evaluation.pixels import Pixels

Progress = Callable[[int], None]
"""Told the number of photographs done."""


@dataclass(frozen=True)
class Protocol:
    """How answers are scored.

    Attributes:
        size: photographs and answers are squeezed to size x size; None compares them as they are.
        mean_color: the colour of the anchor of that name; None leaves this anchor out.
        lpips: measures the perceptual distance of each answer, if given.
        sets: measure the distance of all answers from all truths.
    """

    size: int | None = STUDY_SIZE
    mean_color: MeanColor | None = None
    lpips: PairJudge | None = None
    sets: tuple[SetJudge, ...] = ()

    def remarks(self) -> list[str]:
        """Facts for the protocol line."""
        remarks = [] if self.mean_color is None else [str(self.mean_color)]
        if self.lpips is not None:
            remarks.append(self.lpips.description)
        if self.sets:
            judges = ", ".join(judge.description for judge in self.sets)
            remarks.append(f"{judges}: without interval, to compare at this number of photos only")
        return remarks


def score_pair(result_rgb_u8: Pixels, truth_rgb_u8: Pixels) -> Score:
    """Score one picture against the truth, both (H, W, 3) sRGB uint8 of one size.

    Raises:
        UsageError: the pictures differ in size, or have less than 11 pixels on a side.
    """
    return _score(_View.of(result_rgb_u8), _View.of(truth_rgb_u8))


def score_answers(
    contestants: Mapping[str, Contestant],
    photos: Iterable[tuple[str, Pixels]],
    protocol: Protocol | None = None,
    *,
    progress: Progress | None = None,
) -> Scores:
    """Score several answers, and the anchors, on the same colour photographs.

    ``photos`` are (key, (H, W, 3) sRGB uint8). A contestant gets the key and gray (H, W) uint8
    with the photo's own L*, already resized. A photograph to which one answer is missing is left
    out for all, and is told among the problems.

    Raises:
        DataError: nothing could be scored.
    """
    protocol = protocol or Protocol()
    rows: list[Row] = []
    problems: list[str] = []
    features = _Features(protocol.sets)
    for done, (key, photo) in enumerate(photos, start=1):
        truth = resize_for_protocol(photo, protocol.size)
        answers, failures = _answers(key, truth, contestants)
        problems += failures
        if not failures:
            try:
                answers |= _anchors(truth, protocol.mean_color)
                rows += _rows(key, answers, protocol.lpips)
                features.add(answers)
            except TomauError as error:
                problems.append(f"{key}: {error}")
        if progress is not None:
            progress(done)
    return collect(
        rows,
        problems,
        protocol.size,
        remarks=protocol.remarks(),
        distances=features.distances() if rows else None,
    )


def score_model(
    colorize: Callable[[Pixels], Pixels],
    photos: Iterable[tuple[str, Pixels]],
    *,
    size: int | None = STUDY_SIZE,
    progress: Progress | None = None,
) -> Scores:
    """Score a way of colourizing on colour photographs given as (key, (H, W, 3) sRGB uint8).

    ``colorize`` gets gray (H, W) uint8 with the photo's own L*, already resized, and answers
    sRGB (H, W, 3) uint8.

    Raises:
        DataError: nothing could be scored.
    """
    return score_answers(
        {RESULT: lambda _, gray_u8: colorize(gray_u8)},
        photos,
        Protocol(size),
        progress=progress,
    )


def score_folder(
    results: Path,
    truth: str | Path,
    *,
    size: int | None = STUDY_SIZE,
    progress: Progress | None = None,
) -> Scores:
    """Score the pictures of a folder against photographs of the same names.

    ``truth`` is a folder, tar shards or a glob of them. Problems name what has no partner.

    Raises:
        DataError: a folder is missing, or nothing could be scored.
    """
    photos = TruthPhotos(truth)
    folder = ResultFolder(results, size=size, shard=photos.shard)
    return score_on_photos({RESULT: folder}, photos, Protocol(size), progress=progress)


def score_on_photos(
    contestants: Mapping[str, Contestant],
    photos: TruthPhotos,
    protocol: Protocol,
    *,
    progress: Progress | None = None,
) -> Scores:
    """Do as `score_answers`; also tell which photographs and files could not be used.

    Raises:
        DataError: nothing could be scored.
    """
    scores = score_answers(contestants, photos, protocol, progress=progress)
    problems = [*photos.problems, *scores.problems]
    for contestant in contestants.values():
        if isinstance(contestant, ResultFolder):
            problems += contestant.problems
            problems += contestant.unused if photos.limit is None else ()
    return replace(scores, problems=tuple(problems))


def _answers(
    key: str, truth: Pixels, contestants: Mapping[str, Contestant]
) -> tuple[dict[str, Pixels], list[str]]:
    """All contestants' answers to one photograph, and a line for each that has none."""
    gray = gray_answer(truth)
    answers, failures = {}, []
    for label, contestant in contestants.items():
        where = key if len(contestants) == 1 else f"{label}: {key}"
        try:
            answer = contestant(key, gray)
        except TomauError as error:
            failures.append(f"{where}: {error}")
            continue
        if answer.shape == truth.shape:
            answers[label] = answer
        else:
            failures.append(
                f"{where}: a result of {answer.shape[1]}x{answer.shape[0]} came for a truth of "
                f"{truth.shape[1]}x{truth.shape[0]}; expected one size: give a size to compare at"
            )
    return answers, failures


def _anchors(truth: Pixels, mean_color: MeanColor | None) -> dict[str, Pixels]:
    """The answers that need no contestant, the truth last."""
    gray = {GRAY: np.repeat(gray_answer(truth)[..., np.newaxis], 3, axis=2)}
    flat = {} if mean_color is None else {MEAN_COLOR: mean_color.answer(truth)}
    return gray | flat | {TRUTH: truth}


def _rows(key: str, answers: Mapping[str, Pixels], lpips: PairJudge | None) -> list[Row]:
    """Scores of all answers to one photograph; the truth's conversion is shared between them."""
    truth = _View.of(answers[TRUTH])
    others = {label: pixels for label, pixels in answers.items() if label != TRUTH}
    scores = {label: _score(_View.of(pixels), truth) for label, pixels in others.items()}
    scores[TRUTH] = _own_score(truth)
    if lpips is not None:
        distances = (*lpips(list(others.values()), answers[TRUTH]), 0.0)
        for (label, score), distance in zip(list(scores.items()), distances, strict=True):
            scores[label] = replace(score, lpips=distance)
    return [Row(key, label, score) for label, score in scores.items()]


@dataclass(frozen=True)
class _View:
    """One picture in the spaces that the metrics ask for."""

    rgb: NDArray[np.float32]
    lab: NDArray[np.float32]
    colorfulness: float

    @classmethod
    def of(cls, rgb_u8: Pixels) -> _View:
        rgb = to_float(rgb_u8)
        return cls(rgb, srgb_to_lab(rgb), colorfulness(rgb))


def _score(view: _View, truth: _View) -> Score:
    ab, truth_ab = view.lab[..., 1:], truth.lab[..., 1:]
    mse = chroma_mse(ab, truth_ab)
    return Score(
        mse=mse,
        rmse=math.sqrt(mse),
        psnr=psnr(view.rgb, truth.rgb),
        ssim=ssim(view.rgb, truth.rgb),
        colorfulness=view.colorfulness,
        ciede2000=float(ciede2000(view.lab, truth.lab).mean()),
        chroma=mean_chroma(ab),
        colorfulness_error=abs(view.colorfulness - truth.colorfulness),
        luminance_error=luminance_error(view.lab, truth.lab),
        blobs=blob_rate(ab, truth_ab),
    )


def _own_score(truth: _View) -> Score:
    """The score of the truth itself, known without asking the metrics that compare."""
    ab = truth.lab[..., 1:]
    return Score(
        mse=0,
        rmse=0,
        psnr=math.inf,
        ssim=1,
        colorfulness=truth.colorfulness,
        ciede2000=0,
        chroma=mean_chroma(ab),
        colorfulness_error=0,
        luminance_error=0,
        blobs=blob_rate(ab, ab),
    )


class _Features:
    """Features of all answers so far, for measures that only a set of pictures has."""

    def __init__(self, judges: tuple[SetJudge, ...]) -> None:
        self._judges = judges
        self._found: dict[str, dict[str, list[NDArray[np.float32]]]] = {
            judge.name: defaultdict(list) for judge in judges
        }

    def add(self, answers: Mapping[str, Pixels]) -> None:
        """Take the answers to one photograph, the truth among them."""
        for judge in self._judges:
            batch = judge.features(list(answers.values()))
            for label, row in zip(answers, batch, strict=True):
                self._found[judge.name][label].append(row)

    def distances(self) -> dict[str, dict[str, float]]:
        """Metric -> answer -> distance from the truth."""
        result: dict[str, dict[str, float]] = {}
        for judge in self._judges:
            sets = {label: np.stack(rows) for label, rows in self._found[judge.name].items()}
            truth = sets.pop(TRUTH)
            result[judge.name] = {
                label: judge.distance(features, truth) for label, features in sets.items()
            } | {TRUTH: 0.0}
        return result
