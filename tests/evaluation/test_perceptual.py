from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch import Tensor, nn

from tests.evaluation.made import bluish, made_photo, orange
from tomau.errors import CheckpointError
from tomau.evaluation import Protocol, gray_answer, perceptual, score_answers
from tomau.evaluation.perceptual import FrechetJudge, LpipsJudge
from tomau.models.features import LPIPS, EfficientNetLite2Features, InceptionFeatures

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class Corners(nn.Module):
    """Features of a picture: its means in a grid of 2 x 2, 12 numbers."""

    num_features = 12

    def forward(self, rgb: Tensor) -> Tensor:
        return nn.functional.adaptive_avg_pool2d(rgb, 2).flatten(1)


def frechet(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Equation (6) of Heusel et al. in numpy and scipy."""
    one, two = first.astype(np.float64), second.astype(np.float64)
    covariances = [np.cov(features, rowvar=False) for features in (one, two)]
    root = sqrtm(covariances[0] @ covariances[1])
    gap = ((one.mean(axis=0) - two.mean(axis=0)) ** 2).sum()
    return float(gap + np.trace(covariances[0] + covariances[1] - 2 * root.real))


@pytest.fixture
def judge() -> FrechetJudge:
    return FrechetJudge("corners", Corners(), weights_sha256="ab" * 32)


def test_features_are_those_of_the_network_on_0_to_1(judge: FrechetJudge) -> None:
    pictures = [made_photo(1, 32, 32), made_photo(2, 32, 32)]
    found = judge.features(pictures)
    assert found.shape == (2, 12)
    # Channels first, then the four corners of each.
    assert found[1, 0] == pytest.approx(pictures[1][:16, :16, 0].mean() / 255, abs=1e-5)
    assert found[1, 11] == pytest.approx(pictures[1][16:, 16:, 2].mean() / 255, abs=1e-5)


def test_the_frechet_distance_agrees_with_scipy(judge: FrechetJudge) -> None:
    random = np.random.default_rng(1)
    first = random.normal(size=(80, 12)).astype(np.float32)
    second = (0.7 * random.normal(size=(90, 12)) + 0.3).astype(np.float32)
    assert judge.distance(first, second) == pytest.approx(frechet(first, second), rel=1e-6)


def nuclear_frechet(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """The same by singular values, for more features than pictures."""
    one, two = first.astype(np.float64), second.astype(np.float64)
    gap = ((one.mean(axis=0) - two.mean(axis=0)) ** 2).sum()
    halves = [(each - each.mean(axis=0)) / np.sqrt(len(each) - 1) for each in (one, two)]
    roots = np.linalg.svd(halves[0] @ halves[1].T, compute_uv=False).sum()
    return float(gap + (halves[0] ** 2).sum() + (halves[1] ** 2).sum() - 2 * roots)


def test_fewer_photographs_than_features_change_nothing(judge: FrechetJudge) -> None:
    random = np.random.default_rng(2)
    first = random.normal(size=(8, 60)).astype(np.float32)
    second = (random.normal(size=(9, 60)) + 0.2).astype(np.float32)
    assert judge.distance(first, second) == pytest.approx(nuclear_frechet(first, second), rel=1e-4)
    enough = random.normal(size=(50, 12)).astype(np.float32)
    assert nuclear_frechet(enough, enough + 1) == pytest.approx(frechet(enough, enough + 1))


def test_fid_with_random_inception() -> None:
    torch.manual_seed(0)
    judge = FrechetJudge("fid", InceptionFeatures(), weights_sha256="0" * 64)
    first, second = (
        judge.features([made_photo(k + start, 64, 64) for k in range(3)]) for start in (0, 10)
    )
    assert first.shape == (3, 2048)
    assert judge.distance(first, first) == pytest.approx(0, abs=1e-6 * float((first**2).sum()))
    assert judge.distance(first, second) == pytest.approx(nuclear_frechet(first, second), rel=1e-3)
    assert judge.description == "fid by 2048 features sha256 000000000000"


def test_equal_sets_have_no_distance_and_one_picture_none_at_all(judge: FrechetJudge) -> None:
    features = np.random.default_rng(3).normal(size=(30, 12)).astype(np.float32)
    assert judge.distance(features, features) == pytest.approx(0, abs=1e-6)
    assert np.isnan(judge.distance(features[:1], features[:1]))


def test_scores_name_the_distance_and_its_features() -> None:
    torch.manual_seed(0)
    photos = [(str(k), made_photo(k, 64, 64)) for k in range(4)]
    judges = (
        FrechetJudge("fd_efflite2", EfficientNetLite2Features(), weights_sha256="0123456789abcdef"),
        FrechetJudge("corners", Corners(), weights_sha256="f" * 64),
    )
    lpips = LpipsJudge(LPIPS(), weights_sha256="e" * 64)
    scores = score_answers(
        {"blue": lambda _, g: bluish(g), "orange": lambda _, g: orange(g)},
        photos,
        Protocol(None, lpips=lpips, sets=judges),
    )
    assert "fd_efflite2 by 352 features sha256 0123456789ab, corners by" in scores.protocol
    assert "lpips by AlexNet features sha256 eeeeeeeeeeee" in scores.protocol
    assert scores.distances["fd_efflite2"]["truth"] == 0
    corners = scores.distances["corners"]
    found, truth = (
        judges[1].features([picture(photo) for _, photo in photos])
        for picture in (lambda photo: orange(gray_answer(photo)), lambda photo: photo)
    )
    assert corners["orange"] == pytest.approx(frechet(found, truth), rel=1e-3)
    assert corners["blue"] < corners["orange"]
    assert scores.mean("truth").lpips == 0
    assert scores.mean("orange").lpips != 0


@pytest.mark.parametrize(
    ("make", "name", "sha256"),
    [
        (perceptual.efflite2_judge, "efficientnet-lite2-9656183e.pth", "9656183eaeaf"),
        (perceptual.fid_judge, "pt_inception-2015-12-05-6726825d.pth", "6726825d0af5"),
        (perceptual.lpips_judge, "alexnet-owt-7be5be79.pth", "7be5be791159"),
    ],
)
def test_a_missing_or_strange_file_is_answered_with_the_right_one(
    make: object, name: str, sha256: str, tmp_path: Path
) -> None:
    assert callable(make)
    with pytest.raises(CheckpointError, match=f"no weights can be read.*{name}.*{sha256}"):
        make(tmp_path / "gone.pth")
    (tmp_path / "other.pth").write_bytes(b"other")
    with pytest.raises(CheckpointError, match=f"has the SHA-256 d9298a10d1b0.*{name}.*{sha256}"):
        make(tmp_path / "other.pth")


def test_a_device_is_chosen() -> None:
    assert perceptual.torch_device("cpu") == "cpu"
    assert perceptual.torch_device("auto") in ("cpu", "cuda")
