"""What every backend of the network agrees on: its ports, what is fed to them, how it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tomau.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

INPUT_NAME = "l"
OUTPUT_NAMES = ("ab", "guide", "features", "classes")


class Answer(NamedTuple):
    """What a network says of luminance (N, 1, H, W).

    Attributes:
        ab: (N, 2, H, W) float32, about -1..1.
        guide: (N, C, H/4, W/4) float32, along which `tomau.runtime.hints` spreads colour hints;
            None from a network that takes none.
        features: (N, C, H/16, W/16) float32, what the scene holds; None likewise.
        classes: (N, 305, H/8, W/8) float32, logits over `tomau.color.bins.ab_bins`; None likewise.
    """

    ab: NDArray[np.float32]
    guide: NDArray[np.float32] | None = None
    features: NDArray[np.float32] | None = None
    classes: NDArray[np.float32] | None = None


def check_ports(
    file: Path, inputs: Mapping[str, Sequence[object]], outputs: Mapping[str, Sequence[object]]
) -> list[str]:
    """Compare a network's ports with the contract, and answer the outputs' names.

    ``inputs`` and ``outputs`` are the ports in their order, name -> shape; what is not a number
    in a shape is a size that may vary.

    Raises:
        ModelError: the ports are not ``l`` in, ``ab`` and perhaps the others out.
    """
    names = ([*inputs], [*outputs])
    if not (
        names[0] == [INPUT_NAME]
        and names[1] in ([*OUTPUT_NAMES[:1]], [*OUTPUT_NAMES])
        and _has_channels(inputs[INPUT_NAME], 1)
        and _has_channels(outputs["ab"], 2)
        and all(len(shape) == 4 for shape in outputs.values())
    ):
        raise ModelError(
            f"model file {file} has inputs {names[0]} and outputs {names[1]}; expected "
            "'l' of shape (N, 1, H, W) in, 'ab' of shape (N, 2, H, W) and perhaps "
            f"{', '.join(OUTPUT_NAMES[1:])} out: export it with tomau"
        )
    return names[1]


def feed(l: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Arrays by port for luminance (N, 1, H, W)."""
    return {INPUT_NAME: np.ascontiguousarray(l, dtype=np.float32)}


def run_failure(l: NDArray[np.float32], reason: str) -> ModelError:
    """The error of a network that could not be run on ``l`` (N, 1, H, W)."""
    return ModelError(
        f"the network failed on an input of {l.shape[2]} rows x {l.shape[3]} columns "
        f"({reason}); try a smaller --size or --device cpu"
    )


def _has_channels(shape: Sequence[object], channels: int) -> bool:
    return len(shape) == 4 and shape[1] == channels
