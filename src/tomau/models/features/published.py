"""Weights that others have published: which file is meant, and whether it is that one."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from tomau.errors import CheckpointError


@dataclass(frozen=True)
class PublishedFile:
    """A weights file, where it can be had, and its SHA-256."""

    name: str
    place: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} from {self.place} (SHA-256 {self.sha256})"


def identify(path: Path, expected: tuple[PublishedFile, ...]) -> PublishedFile:
    """Tell by its SHA-256 which of some published files lies at a path.

    Raises:
        CheckpointError: none of them; the message says which are expected and from where.
    """
    wanted = " or ".join(str(file) for file in expected)
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise CheckpointError(
            f"no weights can be read at {path} ({error.strerror}); expected {wanted}"
        ) from error
    for file in expected:
        if file.sha256 == digest:
            return file
    raise CheckpointError(f"{path} has the SHA-256 {digest}; expected {wanted}")


def read_pickled_weights(path: Path) -> dict[str, Tensor]:
    """Read a state dict that torch pickled, onto the CPU; nothing but tensors is let in.

    Raises:
        CheckpointError: it is not one.
    """
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CheckpointError(f"{path} is no state dict of torch ({reason})") from error
    if not isinstance(weights, dict) or not all(isinstance(v, Tensor) for v in weights.values()):
        raise CheckpointError(f"{path} holds no state dict; expected parameter names and tensors")
    return weights


def load_whole(module: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Load every parameter and statistic of a network; the batches that BatchNorm saw may lack.

    Raises:
        CheckpointError: a name is missing or strange, or a shape differs.
    """
    own = module.state_dict()
    counters = {name for name in {*own, *weights} if name.endswith("num_batches_tracked")}
    missing, strange = set(own) - set(weights) - counters, set(weights) - set(own) - counters
    if missing or strange:
        example = min(missing or strange)
        raise CheckpointError(
            f"{len(missing)} of {len(own)} parameters are missing and {len(strange)} are strange, "
            f"such as {example}; expected the weights of {type(module).__name__}"
        )
    for name in set(own) - counters:
        if own[name].shape != weights[name].shape:
            raise CheckpointError(
                f"{name} has shape {tuple(weights[name].shape)}; expected {tuple(own[name].shape)}"
            )
    module.load_state_dict({name: weights[name] for name in set(own) - counters}, strict=False)
