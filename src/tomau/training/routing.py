"""Training the router of ``--model auto``: features of photos to what they are of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

_STEPS = 200


@dataclass(frozen=True)
class Classifier:
    """A linear classifier, ``logits = weights @ features + bias``.

    Attributes:
        weights: ``[K, C]`` float64.
        bias: ``[K]`` float64.
    """

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.int64]:
        """Name the most probable class of each row of ``[N, C]``."""
        return np.asarray((features @ self.weights.T + self.bias).argmax(axis=1))


def fit_classifier(
    features: NDArray[np.float32], labels: NDArray[np.int64], *, decay: float = 1e-3
) -> Classifier:
    """Fit multinomial logistic regression, every class counting alike however many it has.

    Args:
        features: ``[N, C]``, a row a photo.
        labels: ``[N]``, 0..K-1, each there at least once.
        decay: weight of the squared norm of the standardised weights.
    """
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = torch.from_numpy(((features - mean) / scale).astype(np.float64))
    y = torch.from_numpy(labels)
    counts = torch.bincount(y).double()
    each = len(y) / (len(counts) * counts)
    weights = torch.zeros(len(counts), x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(len(counts), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(x @ weights.T + bias, y, weight=each)
        value = value + decay * weights.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    unscaled = weights.detach().numpy() / scale
    return Classifier(unscaled, bias.detach().numpy() - unscaled @ mean)


def cross_validated(
    features: NDArray[np.float32], labels: NDArray[np.int64], *, folds: int = 5, seed: int = 0
) -> NDArray[np.int64]:
    """Answer for each photo the class that a classifier names which has not seen it, ``[N]``."""
    fold = np.random.default_rng(seed).permutation(len(labels)) % folds
    answers = np.empty_like(labels)
    for number in range(folds):
        held_out = fold == number
        classifier = fit_classifier(features[~held_out], labels[~held_out])
        answers[held_out] = classifier(features[held_out])
    return answers
