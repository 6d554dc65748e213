"""What a run is at a step: networks, optimisers, moving average; to disk and back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from tomau.errors import CheckpointError
from tomau.models import read_weights, write_weights

_STATE = "state.pt"
_PART = ".part"


@dataclass
class RunState:
    """Everything that training changes; ``step`` counts finished steps, ``images`` photos seen."""

    generator: nn.Module
    ema: AveragedModel
    discriminator: nn.Module | None = None
    generator_optimizer: Optimizer | None = None
    discriminator_optimizer: Optimizer | None = None
    step: int = 0
    images: int = 0
    phase: int = -1


def save_state(folder: Path, state: RunState) -> None:
    """Write a checkpoint: networks as safetensors, the rest as ``state.pt``.

    The old checkpoint is replaced only when the new one is whole.

    Raises:
        CheckpointError: it cannot be written; the old one stays.
    """
    try:
        _write_state(folder, state)
    except (OSError, SafetensorError, RuntimeError) as error:  # torch's writer raises the last
        _remove(folder.with_name(folder.name + _PART))
        raise CheckpointError(
            f"the checkpoint {folder} cannot be written ({error}); the one before is whole: "
            "make room, then go on with --resume"
        ) from error


def _write_state(folder: Path, state: RunState) -> None:
    fresh = folder.with_name(folder.name + _PART)
    fresh.mkdir(parents=True, exist_ok=True)
    write_weights(fresh / "generator.safetensors", state.generator.state_dict())
    write_weights(fresh / "ema.safetensors", state.ema.module.state_dict())
    if state.discriminator is not None:
        write_weights(fresh / "discriminator.safetensors", state.discriminator.state_dict())
    rest: dict[str, Any] = {
        "step": state.step,
        "images": state.images,
        "phase": state.phase,
        "averaged": int(state.ema.n_averaged),
        "rng": torch.get_rng_state(),
        "generator_optimizer": _optimizer_state(state.generator_optimizer),
        "discriminator_optimizer": _optimizer_state(state.discriminator_optimizer),
    }
    if torch.cuda.is_available():
        rest["cuda_rng"] = torch.cuda.get_rng_state_all()
    torch.save(rest, fresh / _STATE)
    _swap(folder, fresh)


def _optimizer_state(optimizer: Optimizer | None) -> dict[str, Any] | None:
    return None if optimizer is None else optimizer.state_dict()


def _swap(folder: Path, fresh: Path) -> None:
    old = folder.with_name(folder.name + ".old")
    _remove(old)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    _remove(old)


def _remove(folder: Path) -> None:
    if folder.exists():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def read_state(folder: Path) -> dict[str, Any]:
    """Read ``state.pt`` of a checkpoint, tensors and plain values only.

    Raises:
        CheckpointError: there is none, or it is damaged.
    """
    if not folder.exists() and (old := folder.with_name(folder.name + ".old")).exists():
        old.rename(folder)  # a save was cut off between its two renames
    file = folder / _STATE
    if not file.is_file():
        raise CheckpointError(f"no checkpoint in {folder}; start without --resume")
    try:
        return dict(torch.load(file, map_location="cpu", weights_only=True))
    except (RuntimeError, EOFError, ValueError, OSError) as error:
        raise CheckpointError(f"{file} is damaged ({error}); start without --resume") from error


def restore_networks(folder: Path, state: RunState, saved: dict[str, Any]) -> None:
    """Put a checkpoint's networks and counters into ``state``; random streams too.

    Raises:
        CheckpointError: the checkpoint is of another network.
    """
    _load(state.generator, folder / "generator.safetensors")
    _load(state.ema.module, folder / "ema.safetensors")
    state.ema.n_averaged.fill_(saved["averaged"])
    if state.discriminator is not None and (folder / "discriminator.safetensors").is_file():
        _load(state.discriminator, folder / "discriminator.safetensors")
    state.step, state.images, state.phase = saved["step"], saved["images"], saved["phase"]
    torch.set_rng_state(saved["rng"])
    if torch.cuda.is_available() and "cuda_rng" in saved:
        torch.cuda.set_rng_state_all(saved["cuda_rng"])


def _load(network: nn.Module, file: Path) -> None:
    try:
        network.load_state_dict(read_weights(file))
    except RuntimeError as error:
        problem = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"{file} is of another network than the configuration names ({problem}); "
            "resume with the configuration that began the run"
        ) from error


def restore_optimizers(state: RunState, saved: dict[str, Any]) -> None:
    """Put a checkpoint's moments into the optimisers of the phase that goes on.

    Rates stay those of the configuration: who lowers one before resuming means it.
    """
    pairs = (
        (state.generator_optimizer, saved["generator_optimizer"]),
        (state.discriminator_optimizer, saved["discriminator_optimizer"]),
    )
    for optimizer, moments in pairs:
        if optimizer is not None and moments is not None:
            settings = [_settings(group) for group in optimizer.param_groups]
            optimizer.load_state_dict(moments)
            for group, setting in zip(optimizer.param_groups, settings, strict=True):
                group.update(setting)


def _settings(group: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group.items() if name != "params"}
