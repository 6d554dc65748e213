"""How far raters agree: Krippendorff's alpha, from the votes of each picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from tomau.evaluation.intervals import LEVEL, RESAMPLES, SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Scale = Literal["nominal", "ordinal", "interval"]


def krippendorff_alpha(
    counts: NDArray[np.int64], scale: Scale = "interval", *, values: Sequence[float] | None = None
) -> float | None:
    """Alpha of pictures' votes: 1 for full agreement, 0 for what chance gives.

    Args:
        counts: (P, V) how often each picture was given each value; who gave it does not matter.
        scale: ``interval`` weighs a disagreement by its square, ``ordinal`` by the votes that lie
            between, ``nominal`` takes all alike.
        values: what the V columns stand for; 1 to V where it is not said.

    Returns:
        None where there is nothing to tell: no picture has two votes, or all votes are equal.

    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011, section C and D.
    """
    paired = counts[counts.sum(axis=1) >= 2].astype(np.float64)
    if not len(paired):
        return None
    numbers = paired.sum(axis=1)
    # Coincidences: pairs of votes of one picture, each picture weighing as many as its votes.
    weighted = paired / (numbers - 1)[:, np.newaxis]
    coincidences = paired.T @ weighted - np.diag(weighted.sum(axis=0))
    totals = coincidences.sum(axis=1)
    distances = _distances(totals, scale, values or range(1, counts.shape[1] + 1))
    expected = float(totals @ distances @ totals)
    if expected == 0:
        return None
    seen = float((coincidences * distances).sum())
    return 1 - (float(totals.sum()) - 1) * seen / expected


def alpha_interval(
    counts: NDArray[np.int64], scale: Scale = "interval"
) -> tuple[float, float] | None:
    """Interval of alpha over pictures: percentile bootstrap, as for the means.

    None where fewer than two pictures have two votes.
    """
    paired = counts[counts.sum(axis=1) >= 2]
    if len(paired) < 2:
        return None
    random = np.random.default_rng(SEED)
    places = random.integers(0, len(paired), size=(RESAMPLES, len(paired)))
    alphas = [krippendorff_alpha(paired[row], scale) for row in places]
    known = [alpha for alpha in alphas if alpha is not None]
    if not known:
        return None
    outside = (1 - LEVEL) / 2
    low, high = np.quantile(known, [outside, 1 - outside])
    return float(low), float(high)


def _distances(
    totals: NDArray[np.float64], scale: Scale, values: Sequence[float]
) -> NDArray[np.float64]:
    """Squared difference of each two of the V values, (V, V)."""
    if scale == "nominal":
        return 1 - np.eye(len(totals))
    # Ordinal: a value stands at the middle of its own votes in the order of all of them.
    line = np.cumsum(totals) - totals / 2 if scale == "ordinal" else np.array(values, np.float64)
    return (line[:, np.newaxis] - line) ** 2
