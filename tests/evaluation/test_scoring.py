from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2lab

from tomau.errors import DataError, ImageReadError, ModelError, UsageError
from tomau.evaluation import score_folder, score_model, score_pair, write_csv
from tomau.evaluation.pairing import pair_folders
from tomau.evaluation.scores import METRICS, describe_protocol
from tomau.evaluation.scoring import gray_answer, resize_for_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


def made_photo(seed: int, height: int = 40, width: int = 60) -> Pixels:
    """Coloured blobs and a gradient, (H, W, 3) uint8."""
    random = np.random.default_rng(seed)
    blobs = Image.fromarray(random.integers(0, 256, (4, 6, 3), dtype=np.uint8))
    return np.asarray(blobs.resize((width, height), Image.Resampling.BICUBIC))


def save(pixels: Pixels, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


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
    assert scores.gain_over_gray == pytest.approx(0, abs=1e-9)
    assert scores.chroma_share == pytest.approx(0, abs=1e-3)


def test_the_truth_anchor_has_the_truths_colours() -> None:
    photo = made_photo(5)
    scores = score_model(lambda _: photo, [("a", photo)], size=None)
    assert scores.mean("truth").chroma == scores.mean("result").chroma
    assert scores.mean("truth").colorfulness == scores.mean("result").colorfulness
    assert scores.chroma_share == pytest.approx(1)
    assert scores.gain_over_gray == pytest.approx(1)


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


def test_folders_are_paired_by_path_whatever_the_extension(tmp_path: Path) -> None:
    truth, results = tmp_path / "truth", tmp_path / "results"
    for name in ("a.png", "deep/b.webp", "c.bmp", "lonely.png"):
        save(made_photo(1), truth / name)
    for name in ("a.bmp", "deep/b.png", "c.color.png", "stranger.png", "a.png"):
        save(made_photo(2), results / name)
    (truth / "notes.txt").write_text("not a picture")

    pairs, problems = pair_folders(results, truth)
    found = [(pair.key, pair.result.relative_to(results).as_posix()) for pair in pairs]
    assert found == [("a", "a.bmp"), ("c", "c.color.png"), ("deep/b", "deep/b.png")]
    text = "\n".join(problems)
    assert len(problems) == 3
    assert "lonely.png: no result" in text
    assert "stranger.png: no truth" in text
    assert "a.png: shares its name with a.bmp" in text


def test_score_folder_goes_on_past_a_damaged_file(tmp_path: Path) -> None:
    truth, results = tmp_path / "truth", tmp_path / "results"
    for name in ("a.png", "b.png", "c.png"):
        save(made_photo(1), truth / name)
        save(made_photo(1), results / name)
    (results / "b.png").write_bytes(b"no picture")
    told: list[tuple[int, int]] = []
    scores = score_folder(results, truth, progress=lambda done, total: told.append((done, total)))
    assert scores.count == 2
    assert scores.mean().rmse == 0
    assert len(scores.problems) == 1
    assert "b.png" in scores.problems[0]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_sizes_must_agree_unless_one_is_given(tmp_path: Path) -> None:
    truth, results = tmp_path / "truth", tmp_path / "results"
    save(made_photo(1, 40, 60), truth / "a.png")
    save(made_photo(1, 80, 120), results / "a.png")
    assert score_folder(results, truth, size=32).mean().rmse < 2
    with pytest.raises(DataError, match="120x80 came for a truth of 60x40"):
        score_folder(results, truth, size=None)


def test_gray_files_are_scored_as_pictures(tmp_path: Path) -> None:
    save(made_photo(1), tmp_path / "truth" / "a.png")
    save(gray_answer(made_photo(1)), tmp_path / "results" / "a.png")
    scores = score_folder(tmp_path / "results", tmp_path / "truth", size=None)
    assert scores.mean("result") == scores.mean("gray")


def test_folders_that_share_nothing(tmp_path: Path) -> None:
    save(made_photo(1), tmp_path / "truth" / "a.png")
    save(made_photo(1), tmp_path / "results" / "b.png")
    with pytest.raises(DataError, match="expected a tree with the same names"):
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
    assert list(table[0]) == ["key", "answer", *METRICS]
    assert [(row["key"], row["answer"]) for row in table] == [
        (f"folder/{k}", answer) for k in range(2) for answer in ("result", "gray", "truth")
    ]
    assert float(table[0]["rmse"]) == pytest.approx(scores.rows[0].score.rmse, rel=1e-5)
    assert float(table[2]["psnr"]) == math.inf


def test_the_protocol_names_the_photographs_by_a_fingerprint() -> None:
    assert describe_protocol(["a", "b"], 256) == describe_protocol(["b", "a"], 256)
    assert describe_protocol(["a", "b"], 256) != describe_protocol(["a", "c"], 256)
    assert "at their own size" in describe_protocol(["a"], None)
