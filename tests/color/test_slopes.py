from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.ndimage import convolve, convolve1d

from tomau.color import slopes as module
from tomau.color.slopes import slopes

CROSS = np.array([[0, -0.25, 0], [-0.25, 1, -0.25], [0, -0.25, 0]])


def planes(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(3).normal(40, 12, (3, height, width)).astype(np.float32)


def by_scipy(lab: np.ndarray) -> np.ndarray:
    """The regression in double precision, written out with scipy's filters."""

    def smooth(plane: np.ndarray) -> np.ndarray:
        for axis in (0, 1):
            for _ in range(2):
                plane = convolve1d(plane, [0.25, 0.5, 0.25], axis, mode="nearest")
        return plane

    l, a, b = (
        convolve(convolve(p.astype(float), CROSS, mode="nearest"), CROSS, mode="nearest")
        for p in lab
    )
    variance, found = smooth(l * l), []
    for channel in (a, b):
        product, own = smooth(l * channel), smooth(channel * channel)
        left = np.maximum(own - product**2 / (variance + 1e-3), 0)
        found.append(0.65 * product / (2 * left + variance + 0.5))
    return np.stack(found)


@pytest.mark.parametrize("shape", [(90, 70), (1, 1), (1, 40), (40, 1), (2, 2), (300, 3)])
def test_it_is_the_regression_by_other_means(shape: tuple[int, int]) -> None:
    lab = planes(*shape)
    np.testing.assert_allclose(slopes(lab), by_scipy(lab), atol=2e-5)


def test_parts_and_threads_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = planes(200, 60)
    whole = slopes(lab)
    monkeypatch.setattr(module, "_PART_PIXELS", 60 * 17)
    with ThreadPoolExecutor(3) as pool:
        np.testing.assert_array_equal(slopes(lab, pool.map), whole)


def test_chroma_that_follows_luminance_has_its_slope() -> None:
    l = planes(80, 80)[0]
    found = slopes(np.stack([l, 0.5 * l, -0.2 * l]))
    np.testing.assert_allclose(np.median(found[0]), 0.65 * 0.5, atol=0.02)
    np.testing.assert_allclose(np.median(found[1]), 0.65 * -0.2, atol=0.02)
