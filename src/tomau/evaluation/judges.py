"""What perceptual measures look like to the scoring, which knows no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tomau.evaluation.pixels import Pixels


class PairJudge(Protocol):
    """Measures the distance of a picture from the truth, as LPIPS does."""

    description: str
    """What it is, with the first digits of the SHA-256 of its weights, for the protocol."""

    def __call__(self, pictures: Sequence[Pixels], truth: Pixels) -> list[float]:
        """Distance of each of some pictures (H, W, 3) uint8 from the truth of the same size."""
        ...


class SetJudge(Protocol):
    """Measures the distance of a set of pictures from a set of truths, as FID does."""

    name: str
    """Name of the metric."""

    description: str
    """What it is, with the first digits of the SHA-256 of its weights, for the protocol."""

    def features(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """Features (N, C) of pictures (H, W, 3) uint8 of one size."""
        ...

    def distance(self, features: NDArray[np.float32], truth_features: NDArray[np.float32]) -> float:
        """Distance of two sets of features, (N, C) each."""
        ...
