"""Weights on disk: safetensors in and out, and loading that says what did not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from tomau.errors import CheckpointError


@dataclass(frozen=True)
class LoadReport:
    """What a partial load found: parameters the file lacks and entries nobody asked for."""

    loaded: int
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]

    def summary(self) -> str:
        """Say it in one line, for a log."""
        line = f"{self.loaded} tensors loaded"
        if self.missing:
            line += f"; {len(self.missing)} not in the file start fresh: {', '.join(self.missing)}"
        if self.unexpected:
            line += f"; {len(self.unexpected)} in the file are not used"
        return line


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file onto the CPU, half precision widened to float32.

    Raises:
        CheckpointError: no such file, or not a safetensors file.
    """
    if not path.is_file():
        raise CheckpointError(f"no weights at {path}; expected a .safetensors file")
    try:
        weights = load_file(path)
    except SafetensorError as error:
        raise CheckpointError(f"{path} is not a whole safetensors file: {error}") from error
    return {
        name: value.float() if value.is_floating_point() else value
        for name, value in weights.items()
    }


def write_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write a safetensors file by way of a temporary one, so that a reader never sees half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    save_file(
        {name: value.detach().cpu().contiguous() for name, value in weights.items()}, temporary
    )
    temporary.replace(path)


def load_matching(
    module: nn.Module, weights: Mapping[str, Tensor], *, expected_missing: set[str] | None = None
) -> LoadReport:
    """Load what the file has and the module knows.

    Args:
        module: the network that takes the weights.
        weights: parameter name -> tensor.
        expected_missing: names that the caller fills by itself and the report leaves out.

    Raises:
        CheckpointError: a shape differs, or not one name is known.
    """
    own = module.state_dict()
    known = {name: value for name, value in weights.items() if name in own}
    if not known:
        raise CheckpointError(
            f"none of the file's {len(weights)} names fits this network; "
            f"expected names like {next(iter(own))}"
        )
    for name, value in known.items():
        if value.shape != own[name].shape:
            raise CheckpointError(
                f"{name} has shape {tuple(value.shape)}; expected {tuple(own[name].shape)}"
            )
    module.load_state_dict(known, strict=False)
    filled = set(known) | (expected_missing or set())
    missing = tuple(
        name for name in own if name not in filled and not name.endswith("num_batches_tracked")
    )
    return LoadReport(len(known), missing, tuple(name for name in weights if name not in own))
