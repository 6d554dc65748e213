from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from tomau.errors import UsageError
from tomau.evaluation.metrics import (
    blob_rate,
    chroma_mse,
    chroma_rmse,
    ciede2000,
    colorfulness,
    luminance_error,
    mean_chroma,
    psnr,
    ssim,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@pytest.fixture
def photo() -> NDArray[np.float64]:
    """Smooth colours with noise, (40, 53, 3) in 0..1."""
    random = np.random.default_rng(3)
    rows, columns = np.mgrid[0:40, 0:53]
    smooth = np.dstack([np.sin(rows / 9), np.cos(columns / 7), np.sin((rows + columns) / 11)])
    return np.clip(0.5 + 0.4 * smooth + random.normal(0, 0.05, smooth.shape), 0, 1)


@pytest.fixture
def other(photo: NDArray[np.float64]) -> NDArray[np.float64]:
    random = np.random.default_rng(4)
    return np.clip(0.9 * photo + random.normal(0, 0.08, photo.shape), 0, 1)


def test_chroma_error_by_the_words_of_the_study() -> None:
    random = np.random.default_rng(5)
    answer, truth = random.uniform(-110, 110, (2, 256, 256, 2))
    by_hand = 0.0
    for channel in range(2):
        by_hand += ((answer[..., channel] - truth[..., channel]) ** 2).sum()
    by_hand /= 2 * 256**2
    assert chroma_mse(answer, truth) == pytest.approx(by_hand)
    assert chroma_rmse(answer, truth) == pytest.approx(math.sqrt(by_hand))


def test_chroma_error_of_a_known_shift() -> None:
    truth = np.zeros((4, 6, 2), np.float32)
    assert chroma_mse(truth + np.float32([3, 4]), truth) == pytest.approx(12.5)


def test_psnr_agrees_with_skimage(photo: NDArray[np.float64], other: NDArray[np.float64]) -> None:
    assert psnr(other, photo) == pytest.approx(
        peak_signal_noise_ratio(photo, other, data_range=1.0)
    )
    assert psnr(other * 255, photo * 255, data_range=255) == pytest.approx(psnr(other, photo))
    assert psnr(photo, photo) == math.inf


@pytest.mark.parametrize("data_range", [1.0, 255.0])
def test_ssim_agrees_with_skimage(
    data_range: float, photo: NDArray[np.float64], other: NDArray[np.float64]
) -> None:
    x, y = photo * data_range, other * data_range
    expected = structural_similarity(
        x,
        y,
        channel_axis=-1,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=data_range,
    )
    assert ssim(x, y, data_range=data_range) == pytest.approx(expected, abs=1e-10)
    assert ssim(photo, photo) == pytest.approx(1)


def test_ssim_needs_room_for_its_window() -> None:
    with pytest.raises(UsageError, match="at least 11x11"):
        ssim(np.zeros((10, 40, 3)), np.zeros((10, 40, 3)))
    assert ssim(np.zeros((11, 11, 3)), np.zeros((11, 11, 3))) == 1


def test_colorfulness_in_closed_form() -> None:
    # Half the pixels (200, 100, 0), half (0, 100, 200): rg = +-100, yb = 150 and -150.
    half = np.array([[[200, 100, 0], [0, 100, 200]]]) / 255
    spread = math.hypot(100, 150)
    assert colorfulness(half) == pytest.approx(spread)
    # One colour: no spread, and the means keep their sign under the root only.
    red = np.full((3, 3, 3), (1.0, 0.0, 0.0))
    assert colorfulness(red) == pytest.approx(0.3 * math.hypot(255, 127.5))
    # With absolute values rg would be 100 everywhere and its spread 0: the signed form differs.
    assert colorfulness(half) != pytest.approx(0.3 * spread)


def test_mean_chroma_of_known_colours() -> None:
    assert mean_chroma(np.array([[[3.0, 4.0], [-6.0, 8.0]]])) == pytest.approx(7.5)


SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
"""Table 1 of Sharma, Wu, Dalal 2005: pairs at every turn of the formula, and their difference."""


def test_ciede2000_gives_the_published_table() -> None:
    table = np.array([line.split() for line in SHARMA.split("\n") if line], float)[np.newaxis]
    difference = ciede2000(table[..., :3], table[..., 3:6])
    np.testing.assert_allclose(difference, table[..., 6], atol=5.1e-5)
    np.testing.assert_allclose(ciede2000(table[..., 3:6], table[..., :3]), difference, atol=1e-9)


def test_ciede2000_agrees_with_skimage_on_random_colours() -> None:
    random = np.random.default_rng(6)
    first, second = rgb2lab(random.uniform(0, 1, (2, 80, 100, 3)))
    second[0], second[1, :, 1:] = first[0], 0  # equal colours, and gray ones
    expected = deltaE_ciede2000(first, second)
    np.testing.assert_allclose(ciede2000(first, second), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("metric", "channels"),
    [(chroma_mse, 2), (chroma_rmse, 2), (psnr, 3), (ssim, 3), (ciede2000, 3)],
)
def test_pictures_of_two_sizes_are_refused(metric: Callable[..., object], channels: int) -> None:
    with pytest.raises(UsageError, match="expected two of one shape"):
        metric(np.zeros((20, 30, channels)), np.zeros((30, 20, channels)))


def test_luminance_error_of_a_known_shift() -> None:
    lab = np.zeros((3, 4, 3))
    shifted = lab + np.array([2, 50, -50])
    shifted[0, 0, 0] = -10
    assert luminance_error(shifted, lab) == pytest.approx((11 * 2 + 10) / 12)


def test_blobs_are_what_exceeds_the_truth_by_half() -> None:
    random = np.random.default_rng(7)
    truth = random.uniform(-30, 30, (64, 64, 2))
    limit = 1.5 * np.quantile(np.linalg.norm(truth, axis=-1), 0.999)
    answer = truth.copy()
    answer[:8, :8] = (limit + 0.1, 0)
    answer[8:16, :8] = (0, limit - 0.1)
    assert blob_rate(answer, truth) == pytest.approx(64 / 4096)
    assert blob_rate(truth, truth) == 0


def test_a_muted_colour_on_a_gray_photograph_is_no_blob() -> None:
    gray = np.zeros((16, 16, 2))
    assert blob_rate(gray + 12, gray) == 0
    assert blob_rate(gray + 20, gray) == 1
