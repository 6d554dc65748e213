"""The registry of generators and what all of them share."""

from __future__ import annotations

from torch import Tensor, nn

from tomau.errors import UsageError
from tomau.models.registry import Registry

generators: Registry[nn.Module] = Registry("generator")


def check_size(l: Tensor, stride: int) -> None:
    """Refuse a size that is not a multiple of ``stride``, with the arithmetic done.

    Raises:
        UsageError: naming the size that came and the next that fits.
    """
    height, width = l.shape[-2:]
    if height % stride or width % stride:
        fit = tuple(-(-side // stride) * stride for side in (height, width))
        raise UsageError(
            f"the input is {height}x{width}; expected multiples of {stride}: "
            f"pad to {fit[0]}x{fit[1]}"
        )
