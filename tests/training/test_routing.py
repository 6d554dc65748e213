from __future__ import annotations

import numpy as np

from tomau.training.routing import cross_validated, fit_classifier


def clusters(counts: tuple[int, ...], spread: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(len(counts)), counts)
    centres = random.normal(0, 1, (len(counts), 8)) * 3 + 100
    return (centres[labels] + random.normal(0, spread, (len(labels), 8))).astype(np.float32), labels


def test_separable_classes_are_told_apart_by_photos_not_seen() -> None:
    features, labels = clusters((60, 60, 60), 0.3)
    assert (cross_validated(features, labels) == labels).mean() == 1


def test_labels_that_mean_nothing_cannot_be_learnt() -> None:
    features, labels = clusters((60, 60, 60), 0.3)
    shuffled = np.random.default_rng(1).permutation(labels)
    assert (cross_validated(features, shuffled) == shuffled).mean() < 0.5


def test_a_rare_class_counts_as_much_as_a_frequent_one() -> None:
    features, labels = clusters((400, 20), 5.0)
    answers = fit_classifier(features, labels)(features)
    assert (answers[labels == 1] == 1).mean() > 0.6
