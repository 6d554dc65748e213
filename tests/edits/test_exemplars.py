from __future__ import annotations

import numpy as np
import pytest

from tomau.edits.exemplars import reinhard, transport, welsh
from tomau.errors import UsageError


def made_lab(seed: int, shape: tuple[int, int] = (60, 80)) -> np.ndarray:
    """A picture of sorts: smooth light, and colours that follow from it and from texture."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    l = 50 + 30 * np.sin(rows / 9 + seed) * np.cos(columns / 13) + random.normal(0, 2, shape)
    ab = np.stack((20 * np.sin(l / 15), 30 * np.cos(l / 20)), axis=-1)
    return np.dstack((l, ab)).astype(np.float32)


def rmse(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.sqrt(np.mean((first - second) ** 2)))


def test_welsh_finds_every_pixel_in_the_pictures_own_colours() -> None:
    lab = made_lab(0)
    assert rmse(welsh(lab[..., 0], lab), lab[..., 1:]) == 0


def test_welsh_does_not_mind_another_exposure() -> None:
    lab = made_lab(0)
    darker = lab.copy()
    darker[..., 0] = lab[..., 0] * 0.6 + 5
    assert rmse(welsh(lab[..., 0], darker), lab[..., 1:]) < 1


def test_welsh_gives_only_colours_that_the_reference_has() -> None:
    lab, reference = made_lab(0), made_lab(5, (40, 30))
    found = {tuple(color) for color in welsh(lab[..., 0], reference).reshape(-1, 2)}
    assert found <= {tuple(color) for color in reference[..., 1:].reshape(-1, 2)}


def test_reinhard_meets_mean_and_deviation_and_is_idle_on_the_pictures_own() -> None:
    lab, reference = made_lab(0), made_lab(5, (40, 30))
    reference[..., 1:] = reference[..., 1:] * 1.7 + 4
    ab = reinhard(lab[..., 1:], reference)
    wanted = reference[..., 1:]
    np.testing.assert_allclose(ab.mean(axis=(0, 1)), wanted.mean(axis=(0, 1)), atol=1e-3)
    np.testing.assert_allclose(ab.std(axis=(0, 1)), wanted.std(axis=(0, 1)), rtol=1e-4)
    assert rmse(reinhard(lab[..., 1:], lab), lab[..., 1:]) < 1e-4


def shuffled(lab: np.ndarray) -> np.ndarray:
    return np.random.default_rng(9).permutation(lab.reshape(-1, 3)).reshape(lab.shape)


def test_permuted_pixels_change_nothing() -> None:
    """Statistics and distributions do not know where a pixel lies."""
    lab = made_lab(0)
    assert rmse(transport(lab, shuffled(lab)), lab[..., 1:]) < 1e-3
    assert rmse(reinhard(lab[..., 1:], shuffled(lab)), lab[..., 1:]) < 1e-3


def test_transport_meets_the_distribution() -> None:
    lab, reference = made_lab(0), made_lab(5, (40, 30))
    reference[..., 0] = reference[..., 0] * 0 + np.random.default_rng(2).choice(
        lab[..., 0].ravel(), (40, 30)
    )
    ab = transport(lab, reference)
    for channel in range(2):
        ours = np.quantile(ab[..., channel], np.linspace(0.02, 0.98, 25))
        theirs = np.quantile(reference[..., channel + 1], np.linspace(0.02, 0.98, 25))
        before = np.quantile(lab[..., channel + 1], np.linspace(0.02, 0.98, 25))
        assert np.abs(ours - theirs).max() < max(2.0, 0.2 * np.abs(before - theirs).max())


@pytest.mark.parametrize("method", ["welsh", "reinhard", "transport"])
def test_transparent_pixels_do_not_contaminate(method: str) -> None:
    lab, reference = made_lab(0), made_lab(5)
    opaque = np.ones(reference.shape[:2], bool)
    opaque[:, 60:] = False
    run = {
        "welsh": lambda ref, mask: welsh(lab[..., 0], ref, opaque=mask),
        "reinhard": lambda ref, mask: reinhard(lab[..., 1:], ref, opaque=mask),
        "transport": lambda ref, mask: transport(lab, ref, opaque=mask, rounds=5),
    }[method]
    soiled = reference.copy()
    soiled[:, 60:, 1:] = (90, -90)
    clean, other = run(reference, opaque), run(soiled, opaque)
    np.testing.assert_allclose(other, clean, atol=1e-4)


def test_nothing_but_transparency_is_told() -> None:
    lab = made_lab(0)
    with pytest.raises(UsageError, match="fully transparent"):
        welsh(lab[..., 0], lab, opaque=np.zeros(lab.shape[:2], bool))
