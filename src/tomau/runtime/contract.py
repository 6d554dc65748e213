"""What every backend of the network agrees on: its ports, what is fed to them, how it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.errors import ModelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

INPUT_NAME = "l"
HINTS_NAME = "hints"
OUTPUT_NAME = "ab"
HINT_CHANNELS = 3
"""Planes of a hint picture: ab/110 where the mask is 1 and 0 elsewhere, then the mask."""


def check_ports(
    file: Path, inputs: Mapping[str, Sequence[object]], outputs: Mapping[str, Sequence[object]]
) -> bool:
    """Compare a network's ports with the contract, and answer whether it takes hints.

    ``inputs`` and ``outputs`` are the ports in their order, name -> shape; what is not a number
    in a shape is a size that may vary.

    Raises:
        ModelError: the ports are not ``l`` and perhaps ``hints`` in, ``ab`` out.
    """
    names = ([*inputs], [*outputs])
    takes_hints = HINTS_NAME in inputs
    expected = [INPUT_NAME, HINTS_NAME] if takes_hints else [INPUT_NAME]
    if not (
        names == (expected, [OUTPUT_NAME])
        and _has_channels(inputs[INPUT_NAME], 1)
        and (not takes_hints or _has_channels(inputs[HINTS_NAME], HINT_CHANNELS))
        and _has_channels(outputs[OUTPUT_NAME], 2)
    ):
        raise ModelError(
            f"model file {file} has inputs {names[0]} and outputs {names[1]}; expected "
            "'l' of shape (N, 1, H, W), perhaps 'hints' of shape (N, 3, H, W), and 'ab' of shape "
            "(N, 2, H, W): export it with tomau"
        )
    return takes_hints


def feed(
    l: NDArray[np.float32], hints: NDArray[np.float32] | None, *, takes_hints: bool
) -> dict[str, NDArray[np.float32]]:
    """Arrays by port: ``l`` (N, 1, H, W) and, if the network takes hints, (N, 3, H, W) of them.

    Without hints such a network is given zeros: a mask that marks nothing.

    Raises:
        UsageError: hints for a network that takes none, or not of the shape that ``l`` asks for.
    """
    arrays = {INPUT_NAME: np.ascontiguousarray(l, dtype=np.float32)}
    if hints is not None and not takes_hints:
        raise UsageError(
            "colour hints came, and this model takes none; expected a model whose card says "
            '"hints": true (see: tomau models info)'
        )
    if takes_hints:
        shape = (l.shape[0], HINT_CHANNELS, *l.shape[2:])
        if hints is None:
            hints = np.zeros(shape, np.float32)
        elif hints.shape != shape:
            raise UsageError(f"hints of shape {hints.shape} came; expected {shape}, as l has")
        arrays[HINTS_NAME] = np.ascontiguousarray(hints, dtype=np.float32)
    return arrays


def run_failure(l: NDArray[np.float32], reason: str) -> ModelError:
    """The error of a network that could not be run on ``l`` (N, 1, H, W)."""
    return ModelError(
        f"the network failed on an input of {l.shape[2]} rows x {l.shape[3]} columns "
        f"({reason}); try a smaller --size or --device cpu"
    )


def _has_channels(shape: Sequence[object], channels: int) -> bool:
    return len(shape) == 4 and shape[1] == channels
