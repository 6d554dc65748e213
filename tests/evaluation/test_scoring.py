from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2lab

from tests.evaluation.made import bluish, made_photo, orange, save
from tomau.errors import DataError, ImageReadError, ModelError, UsageError
from tomau.evaluation import (
    MeanColor,
    Protocol,
    gray_answer,
    score_answers,
    score_folder,
    score_model,
    score_pair,
    write_csv,
)
from tomau.evaluation.pixels import resize_for_protocol
from tomau.evaluation.scores import describe_protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.evaluation.made import Pixels


def test_a_perfect_answer() -> None:
    score = score_pair(made_photo(1), made_photo(1))
    assert (score.mse, score.rmse, score.ciede2000) == (0, 0, 0)
    assert score.psnr == math.inf
    assert score.ssim == pytest.approx(1)


def test_the_error_is_that_of_skimages_lab() -> None:
    answer, truth = made_photo(1), made_photo(2)
    difference = rgb2lab(answer)[..., 1:] - rgb2lab(truth)[..., 1:]
    score = score_pair(answer, truth)
    assert score.mse == pytest.approx((difference**2).mean(), rel=1e-4)
    assert score.rmse == pytest.approx(math.sqrt(score.mse))


def test_the_gray_answer_has_the_photos_lightness_and_no_chroma() -> None:
    photo = made_photo(3)
    gray = gray_answer(photo)
    assert gray.shape == photo.shape[:2]
    lightness = rgb2lab(np.repeat(gray[..., np.newaxis], 3, 2))[..., 0]
    # Half a code value of gray is up to 0.3 L* in the darks.
    assert np.abs(lightness - rgb2lab(photo)[..., 0]).max() < 0.3


def test_the_gray_anchor_costs_the_truths_own_chroma() -> None:
    photo = made_photo(4)
    scores = score_model(lambda gray: np.dstack([gray] * 3), [("a", photo)], size=None)
    own = rgb2lab(photo)[..., 1:]
    gray = scores.mean("gray")
    assert gray.mse == pytest.approx((own**2).mean(), rel=1e-3)
    assert gray.chroma == pytest.approx(0, abs=0.02)
    # The answer here is the gray picture itself: nothing gained, no chroma.
    assert scores.gain_over_gray() == pytest.approx(0, abs=1e-9)
    assert scores.chroma_share() == pytest.approx(0, abs=1e-3)


def test_the_truth_anchor_has_the_truths_colours() -> None:
    photo = made_photo(5)
    scores = score_model(lambda _: photo, [("a", photo)], size=None)
    assert scores.mean("truth").chroma == scores.mean("result").chroma
    assert scores.mean("truth").colorfulness == scores.mean("result").colorfulness
    assert scores.chroma_share() == pytest.approx(1)
    assert scores.gain_over_gray() == pytest.approx(1)


def test_the_numbers_of_one_pair() -> None:
    answer, truth = orange(gray_answer(made_photo(6))), made_photo(6)
    score, lab, true = score_pair(answer, truth), rgb2lab(answer), rgb2lab(truth)
    assert score.luminance_error == pytest.approx(np.abs(lab - true)[..., 0].mean(), rel=1e-3)
    chroma, own = (np.hypot(each[..., 1], each[..., 2]) for each in (lab, true))
    blobs = (chroma > 1.5 * np.quantile(own, 0.999)).mean()
    assert score.blobs == pytest.approx(blobs, abs=1e-3)
    assert score.colorfulness_error == abs(
        score.colorfulness - score_pair(truth, truth).colorfulness
    )
    assert score.lpips is None


def test_two_deltas_of_colourfulness() -> None:
    """Errors up and down cancel in the difference of means, but not in the mean difference."""
    photos = [("dull", bluish(gray_answer(made_photo(1)))), ("vivid", made_photo(2))]
    answers = dict(zip(("vivid", "dull"), (photos[0][1], photos[1][1]), strict=True))
    swapped = score_answers({"swapped": lambda key, _: answers[key]}, photos, Protocol(None))
    assert swapped.colorfulness_delta("swapped") == pytest.approx(0)
    assert swapped.mean("swapped").colorfulness_error > 10


def test_several_answers_and_anchors_share_the_photographs() -> None:
    photos = [(name, made_photo(k)) for k, name in enumerate("abc")]
    protocol = Protocol(None, mean_color=MeanColor(10, -5, "somewhere"))
    contestants = {
        "blue": lambda _, gray: bluish(gray),
        "orange": lambda _, gray: orange(gray),
    }
    scores = score_answers(contestants, photos, protocol)
    assert scores.answers == ("blue", "orange", "gray", "mean_color", "truth")
    assert scores.contestants == ("blue", "orange")
    assert scores.keys == ("a", "b", "c")
    assert scores.table("orange").shape == (3, len(scores.metrics))
    alone = score_model(bluish, photos, size=None)
    assert alone.mean() == scores.mean("blue")
    assert "mean_color a* 10.00 b* -5.00 of somewhere" in scores.protocol
    flat = scores.mean("mean_color")
    assert flat.luminance_error < 0.3
    assert 0 < flat.chroma < math.hypot(10, 5) + 0.1


def test_a_photograph_that_one_does_not_answer_is_left_out_for_all() -> None:
    def sometimes(key: str, gray: Pixels) -> Pixels:
        if key == "b":
            raise ModelError("no answer came")
        return orange(gray)

    photos = [(name, made_photo(k)) for k, name in enumerate("abc")]
    scores = score_answers({"blue": lambda _, g: bluish(g), "other": sometimes}, photos)
    assert scores.keys == ("a", "c")
    assert len(scores.rows) == 2 * 4
    assert scores.problems == ("other: b: no answer came",)


class MeanLevel:
    """A stand-in for the perceptual measures: it knows nothing but mean pixel values."""

    name = "level"
    description = "level by 3 features"

    def __call__(self, pictures: Sequence[Pixels], truth: Pixels) -> list[float]:
        return [abs(float(picture.mean()) - float(truth.mean())) for picture in pictures]

    def features(self, pictures: Sequence[Pixels]) -> np.ndarray:
        return np.stack([picture.mean(axis=(0, 1)) for picture in pictures]).astype(np.float32)

    def distance(self, features: np.ndarray, truth_features: np.ndarray) -> float:
        return float(np.abs(features.mean(0) - truth_features.mean(0)).sum())


def test_perceptual_measures_see_every_answer_once() -> None:
    photos = [(name, made_photo(k)) for k, name in enumerate("abc")]
    judge = MeanLevel()
    protocol = Protocol(None, lpips=judge, sets=(judge,))
    scores = score_answers({"orange": lambda _, gray: orange(gray)}, photos, protocol)
    truth = np.stack([photo.mean(axis=(0, 1)) for _, photo in photos])
    found = np.stack([orange(gray_answer(photo)).mean(axis=(0, 1)) for _, photo in photos])
    assert scores.distances["level"]["orange"] == pytest.approx(
        np.abs(found.mean(0) - truth.mean(0)).sum(), rel=1e-5
    )
    assert scores.distances["level"]["truth"] == 0
    assert scores.mean("orange").lpips == pytest.approx(
        np.abs(found.mean(1) - truth.mean(1)).mean(), rel=1e-5
    )
    assert scores.mean("truth").lpips == 0
    assert "level by 3 features" in scores.protocol
    assert scores.metrics[-1] == "lpips"


def test_the_model_sees_gray_of_the_protocols_size_and_fails_one_photo_alone() -> None:
    seen = []

    def colorize(gray: Pixels) -> Pixels:
        seen.append((gray.shape, gray.dtype))
        if len(seen) == 2:
            raise ModelError("no answer came")
        return np.dstack([gray] * 3)

    told: list[int] = []
    photos = [(name, made_photo(k)) for k, name in enumerate("abc")]
    scores = score_model(colorize, photos, size=64, progress=told.append)
    assert seen == [((64, 64), np.uint8)] * 3
    assert scores.count == 2
    assert scores.problems == ("b: no answer came",)
    assert told == [1, 2, 3]
    assert [row.key for row in scores.rows if row.answer == "gray"] == ["a", "c"]


def test_means_are_means_over_photographs() -> None:
    photos = [(str(k), made_photo(k)) for k in range(3)]
    scores = score_model(lambda gray: np.dstack([gray, gray, 255 - gray]), photos, size=None)
    results = [row.score for row in scores.rows if row.answer == "result"]
    assert scores.mean().rmse == pytest.approx(np.mean([score.rmse for score in results]))
    assert scores.mean().ssim == pytest.approx(np.mean([score.ssim for score in results]))


def test_score_folder_goes_on_past_a_damaged_file(tmp_path: Path) -> None:
    truth, results = tmp_path / "truth", tmp_path / "results"
    for name in ("a.png", "b.png", "c.png"):
        save(made_photo(1), truth / name)
        save(made_photo(1), results / name)
    (results / "b.png").write_bytes(b"no picture")
    told: list[int] = []
    scores = score_folder(results, truth, progress=told.append)
    assert scores.count == 2
    assert scores.mean().rmse == 0
    assert len(scores.problems) == 1
    assert "b.png" in scores.problems[0]
    assert told == [1, 2, 3]


def test_sizes_must_agree_unless_one_is_given(tmp_path: Path) -> None:
    truth, results = tmp_path / "truth", tmp_path / "results"
    save(made_photo(1, 40, 60), truth / "a.png")
    save(made_photo(1, 80, 120), results / "a.png")
    assert score_folder(results, truth, size=32).mean().rmse < 2
    with pytest.raises(DataError, match="a: a result of 120x80 came for a truth of 60x40"):
        score_folder(results, truth, size=None)


def test_gray_files_are_scored_as_pictures(tmp_path: Path) -> None:
    save(made_photo(1), tmp_path / "truth" / "a.png")
    save(gray_answer(made_photo(1)), tmp_path / "results" / "a.png")
    scores = score_folder(tmp_path / "results", tmp_path / "truth", size=None)
    assert scores.mean("result") == scores.mean("gray")


def test_folders_that_share_nothing(tmp_path: Path) -> None:
    save(made_photo(1), tmp_path / "truth" / "a.png")
    save(made_photo(1), tmp_path / "results" / "b.png")
    with pytest.raises(
        DataError, match=r"0 photographs.*expected a tree with the photographs' names"
    ):
        score_folder(tmp_path / "results", tmp_path / "truth")
    with pytest.raises(DataError, match="is no folder"):
        score_folder(tmp_path / "gone", tmp_path / "truth")
    with pytest.raises(DataError, match="0 photographs"):
        score_model(gray_answer, [])


def test_score_pair_wants_one_size() -> None:
    with pytest.raises(UsageError, match="one shape"):
        score_pair(made_photo(1, 40, 60), made_photo(1, 60, 40))
    assert not issubclass(UsageError, ImageReadError)


def test_resize_for_protocol_squeezes_bicubically() -> None:
    photo = made_photo(1)
    squeezed = resize_for_protocol(photo, 32)
    expected = Image.fromarray(photo).resize((32, 32), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(squeezed, np.asarray(expected))
    assert resize_for_protocol(photo, None) is photo


def test_the_csv_tells_its_protocol_and_holds_every_row() -> None:
    photos = [(f"folder/{k}", made_photo(k)) for k in range(2)]
    scores = score_model(lambda gray: np.dstack([gray] * 3), photos, size=32)
    stream = io.StringIO()
    write_csv(scores, stream)
    first, *lines = stream.getvalue().splitlines()
    assert first.startswith("# 2 photos resized to 32x32 (bicubic)")
    table = list(csv.DictReader(lines))
    assert list(table[0]) == ["key", "answer", *scores.metrics]
    assert "lpips" not in table[0]
    assert [(row["key"], row["answer"]) for row in table] == [
        (f"folder/{k}", answer) for k in range(2) for answer in ("result", "gray", "truth")
    ]
    assert float(table[0]["rmse"]) == pytest.approx(scores.rows[0].score.rmse, rel=1e-5)
    assert float(table[2]["psnr"]) == math.inf


def test_the_protocol_names_the_photographs_by_a_fingerprint() -> None:
    assert describe_protocol(["a", "b"], 256) == describe_protocol(["b", "a"], 256)
    assert describe_protocol(["a", "b"], 256) != describe_protocol(["a", "c"], 256)
    assert "at their own size" in describe_protocol(["a"], None)
