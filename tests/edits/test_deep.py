from __future__ import annotations

import numpy as np
import pytest

from tomau.color.bins import ab_bins
from tomau.edits.deep import deep
from tomau.edits.matching import Seen
from tomau.runtime.prediction import Prediction

GREEN, RED = np.float32((-40, 20)), np.float32((40, 20))


def show(*colors: np.ndarray, seed: int = 0) -> Prediction:
    """A picture of one thing that may have any of some colours, all as likely; gray as answered."""
    l = np.random.default_rng(seed).uniform(30, 70, (64, 64)).astype(np.float32)
    classes = np.full((8, 8, 305), -20, np.float32)
    for ab in colors:
        classes[..., np.linalg.norm(ab_bins() - ab, axis=1).argmin()] = 0
    guide = np.zeros((16, 16, 34), np.float32)
    guide[..., -2] = -20.0  # every place takes what hints say
    features = np.random.default_rng(1).normal(size=(1, 1, 8)).astype(np.float32)
    features = features + 0.01 * np.random.default_rng(seed).normal(size=(4, 4, 8))
    gray = np.zeros((64, 64, 2), np.float32)
    return Prediction(l, gray, guide, features.astype(np.float32), classes)


def of(ab: np.ndarray, *colors: np.ndarray, seed: int = 5) -> Seen:
    """A reference of that thing, of the given colour throughout."""
    said = show(*colors, seed=seed)
    return Seen(said, np.broadcast_to(ab, (64, 64, 2)).copy(), np.ones((64, 64), dtype=bool))


def part(ours: Prediction, reference: Seen, trust: float = 1.0) -> float:
    """How far along the way to the reference's colour the answer is."""
    wanted = reference.ab[0, 0]
    moved = deep(ours, [reference], trust=trust).mean(axis=(0, 1))
    return float(moved @ wanted / (wanted @ wanted))


def test_a_reference_counts_where_the_network_is_unsure() -> None:
    unsure = part(show(GREEN, RED), of(RED, GREEN, RED))
    sure = part(show(GREEN), of(RED, GREEN))
    assert 0.3 < unsure < 0.9
    assert sure < 0.5 * unsure


def test_a_reference_counts_in_the_direction_of_the_doubt() -> None:
    blue = np.float32((40, -40))
    moved = deep(show(GREEN, RED), [of(blue, GREEN, RED)]).mean(axis=(0, 1))
    assert moved[0] > 3 * abs(moved[1])


def test_references_that_disagree_count_less_than_one() -> None:
    ours = show(GREEN, RED)
    agreed = deep(ours, [of(RED, GREEN, RED), of(RED, GREEN, RED, seed=6)])
    torn = deep(ours, [of(RED, GREEN, RED), of(0.2 * RED, GREEN, RED, seed=6)])
    mean = np.linalg.norm(0.6 * RED) / np.linalg.norm(RED)
    assert np.linalg.norm(torn.mean((0, 1))) < mean * np.linalg.norm(agreed.mean((0, 1)))


@pytest.mark.parametrize("sure", [False, True])
def test_trust_goes_from_nothing_to_the_whole(sure: bool) -> None:
    colors = (GREEN,) if sure else (GREEN, RED)
    ours, reference = show(*colors), of(RED, *colors)
    parts = [part(ours, reference, trust) for trust in (0.0, 0.5, 1.0, 1.5, 2.5)]
    assert parts[0] == pytest.approx(0, abs=1e-3)
    assert parts == sorted(parts)
    assert parts[-1] == pytest.approx(1, abs=0.02)
