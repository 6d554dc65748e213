"""A run's memory: one JSON line per log step, the same to TensorBoard, and sample grids."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

from tomau.color import lab_to_srgb
from tomau.color.spaces import AB_LIMIT
from tomau.evaluation.contact_sheet import contact_sheet


class Observer(Protocol):
    """Whoever watches a run: the command line's progress bar, or nobody."""

    def message(self, text: str) -> None:
        """Take a line worth reading once."""
        ...

    def packing(self, photos: int) -> None:
        """Take the count of photos decoded into the pack so far."""
        ...

    def step(self, step: int, total: int, values: Mapping[str, float]) -> None:
        """Take the run's position and the newest values."""
        ...


class Logbook:
    """Writes ``log.jsonl``, TensorBoard events and ``samples/`` in the run's folder."""

    def __init__(self, run: Path) -> None:
        self._run = run
        run.mkdir(parents=True, exist_ok=True)
        self._lines = (run / "log.jsonl").open("a", encoding="utf-8")
        self._board = SummaryWriter(str(run / "tensorboard"))
        self._started = time.monotonic()

    def __enter__(self) -> Logbook:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()
        self._board.close()

    def write(self, event: str, step: int, values: Mapping[str, float | str]) -> None:
        """Add one line; numbers go to TensorBoard under ``event/name``."""
        line = {"event": event, "step": step, "seconds": round(time.monotonic() - self._started, 1)}
        rounded = {k: round(v, 6) if isinstance(v, float) else v for k, v in values.items()}
        self._lines.write(json.dumps(line | rounded) + "\n")
        self._lines.flush()
        for name, value in values.items():
            if not isinstance(value, str):
                self._board.add_scalar(f"{event}/{name}", value, step)

    def samples(
        self, step: int, rows: list[tuple[NDArray[np.uint8], ...]], titles: tuple[str, ...]
    ) -> Path:
        """Write a grid of pictures under their titles and return its path."""
        path = self._run / "samples" / f"step-{step:07d}.png"
        path.parent.mkdir(exist_ok=True)
        contact_sheet(rows, titles=titles).save(path)
        return path


def sample_triple(
    l: torch.Tensor, ab: torch.Tensor, truth: torch.Tensor
) -> tuple[NDArray[np.uint8], ...]:
    """Turn one photo's normalised ``l`` ``[1,H,W]``, ``ab``, ``truth`` ``[2,H,W]`` into sRGB."""
    return tuple(_to_rgb(l, chroma) for chroma in (torch.zeros_like(truth), ab, truth))


def _to_rgb(l: torch.Tensor, ab: torch.Tensor) -> NDArray[np.uint8]:
    lab = torch.cat(((l + 1) * 50, ab * AB_LIMIT)).permute(1, 2, 0).cpu().numpy().astype(np.float32)
    rgb: NDArray[np.float32] = np.clip(lab_to_srgb(lab), 0, 1) * 255
    return rgb.round().astype(np.uint8)
