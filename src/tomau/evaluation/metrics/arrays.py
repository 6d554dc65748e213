"""What all metrics ask of the arrays they compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tomau.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def require_same_shape(
    answer: NDArray[np.floating], truth: NDArray[np.floating], channels: int
) -> None:
    """Check that two arrays are pictures (H, W, channels) of one size.

    Raises:
        UsageError: they are not.
    """
    if answer.shape != truth.shape or truth.ndim != 3 or truth.shape[2] != channels:
        raise UsageError(
            f"arrays of shape {answer.shape} and {truth.shape} came; "
            f"expected two of one shape (H, W, {channels}): resize one to the other"
        )
