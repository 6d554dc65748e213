"""Scoring pictures, folders and models against colour photographs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tomau.color import lab_to_srgb, srgb_to_lab
from tomau.errors import TomauError, UsageError
from tomau.evaluation.metrics import (
    chroma_mse,
    ciede2000,
    colorfulness,
    mean_chroma,
    psnr,
    ssim,
)
from tomau.evaluation.pairing import pair_folders
from tomau.evaluation.scores import Answer, Row, Score, Scores, collect
from tomau.imaging import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

STUDY_SIZE = 256
"""The study's pictures are squeezed to 256x256, whatever their shape."""


def score_pair(result_rgb_u8: Pixels, truth_rgb_u8: Pixels) -> Score:
    """Score one picture against the truth, both (H, W, 3) sRGB uint8 of one size.

    Raises:
        UsageError: the pictures differ in size, or have less than 11 pixels on a side.
    """
    result_rgb, truth_rgb = _to_float(result_rgb_u8), _to_float(truth_rgb_u8)
    return _score(result_rgb, srgb_to_lab(result_rgb), truth_rgb, srgb_to_lab(truth_rgb))


def score_folder(
    results: Path,
    truth: Path,
    *,
    size: int | None = STUDY_SIZE,
    progress: Callable[[int, int], None] | None = None,
) -> Scores:
    """Score the pictures of one folder against those of the same names in another.

    ``size`` squeezes both to size x size; None compares them as they are, where sizes agree.
    ``progress`` is told the number of pictures done and of all.

    Raises:
        DataError: a folder is missing, or nothing could be scored.
    """
    pairs, unpaired = pair_folders(results, truth)
    rows: list[Row] = []
    problems = list(unpaired)
    for done, pair in enumerate(pairs, start=1):
        try:
            answer, photo = (_read_rgb(path, size) for path in (pair.result, pair.truth))
            rows += _rows(pair.key, answer, photo)
        except TomauError as error:
            text = str(error)
            problems.append(text if str(pair.result.name) in text else f"{pair.result}: {text}")
        if progress is not None:
            progress(done, len(pairs))
    return collect(rows, problems, size)


def score_model(
    colorize: Callable[[Pixels], Pixels],
    photos: Iterable[tuple[str, Pixels]],
    *,
    size: int | None = STUDY_SIZE,
    progress: Callable[[int], None] | None = None,
) -> Scores:
    """Score a way of colourizing on colour photographs given as (key, (H, W, 3) sRGB uint8).

    ``colorize`` gets gray (H, W) uint8 with the photo's own L*, already resized, and answers
    sRGB (H, W, 3) uint8. ``progress`` is told the number of photos done.

    Raises:
        DataError: nothing could be scored.
    """
    rows: list[Row] = []
    problems: list[str] = []
    for done, (key, photo) in enumerate(photos, start=1):
        truth = resize_for_protocol(photo, size)
        try:
            rows += _rows(key, colorize(gray_answer(truth)), truth)
        except TomauError as error:
            problems.append(f"{key}: {error}")
        if progress is not None:
            progress(done)
    return collect(rows, problems, size)


def gray_answer(rgb_u8: Pixels) -> Pixels:
    """The gray picture (H, W) uint8 that has the L* of a colour picture (H, W, 3) uint8."""
    lab = srgb_to_lab(_to_float(rgb_u8))
    lab[..., 1:] = 0
    return np.rint(np.clip(lab_to_srgb(lab)[..., 1], 0, 1) * 255).astype(np.uint8)


def resize_for_protocol(rgb_u8: Pixels, size: int | None) -> Pixels:
    """Squeeze a picture (H, W, 3) uint8 to size x size with Pillow's bicubic; None leaves it."""
    if size is None or rgb_u8.shape[:2] == (size, size):
        return rgb_u8
    image = Image.fromarray(rgb_u8).resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _rows(key: str, result: Pixels, truth: Pixels) -> Iterator[Row]:
    """The result and its two anchors; the truth's conversion is shared between them."""
    if result.shape != truth.shape:
        raise UsageError(
            f"a result of {result.shape[1]}x{result.shape[0]} came for a truth of "
            f"{truth.shape[1]}x{truth.shape[0]}; expected one size: give a size to compare at"
        )
    truth_rgb = _to_float(truth)
    truth_lab = srgb_to_lab(truth_rgb)
    gray = np.repeat(gray_answer(truth)[..., np.newaxis], 3, axis=2)
    answers: tuple[tuple[Answer, Pixels], ...] = (("result", result), ("gray", gray))
    for answer, pixels in answers:
        rgb = _to_float(pixels)
        yield Row(key, answer, _score(rgb, srgb_to_lab(rgb), truth_rgb, truth_lab))
    own = (colorfulness(truth_rgb), mean_chroma(truth_lab[..., 1:]))
    yield Row(key, "truth", Score(0, 0, math.inf, 1, own[0], 0, own[1]))


def _score(
    rgb: NDArray[np.float32],
    lab: NDArray[np.float32],
    truth_rgb: NDArray[np.float32],
    truth_lab: NDArray[np.float32],
) -> Score:
    mse = chroma_mse(lab[..., 1:], truth_lab[..., 1:])
    return Score(
        mse=mse,
        rmse=math.sqrt(mse),
        psnr=psnr(rgb, truth_rgb),
        ssim=ssim(rgb, truth_rgb),
        colorfulness=colorfulness(rgb),
        ciede2000=float(ciede2000(lab, truth_lab).mean()),
        chroma=mean_chroma(lab[..., 1:]),
    )


def _read_rgb(path: Path, size: int | None) -> Pixels:
    return resize_for_protocol(read_picture(path).rgb_u8, size)


def _to_float(rgb_u8: Pixels) -> NDArray[np.float32]:
    return rgb_u8.astype(np.float32) / np.float32(255)
