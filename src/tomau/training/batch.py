"""What a training step is given: luminance as an old photograph has it, truth, hints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

_NOISE = 0.06
_BLUR_SHARE, _NOISE_SHARE, _TONE_SHARE, _LIGHT_SHARE = 0.2, 0.3, 0.5, 0.2


@dataclass(frozen=True)
class Batch:
    """Photos in the study's normalisation.

    In a translation ``l`` and ``seen`` are the input and ``ab`` is the target, each with channels
    of its own: what `TrainingStep` does with them knows no colour.

    Attributes:
        l: ``[N, 1, H, W]`` the true luminance.
        ab: ``[N, 2, H, W]`` the true chroma.
        seen: ``[N, 1, H, W]`` the luminance that the generator sees; `age` may have worn it.
        hints: ``[N, 3, H, W]`` colour hints and their mask, for generators that take them.
    """

    l: Tensor
    ab: Tensor
    seen: Tensor
    hints: Tensor | None = None

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What the generator is called with."""
        return (self.seen,) if self.hints is None else (self.seen, self.hints)


def age(l: Tensor, share: float, random: np.random.Generator) -> Tensor:
    """Wear the luminance ``[N, 1, H, W]`` (-1..1) of a share of photos as time wears them.

    Tone (gamma, low contrast, fog), light falling off to one side, blur and grain, each by
    chance. Colours are not asked to follow: they belong to the scene.
    """
    count, _, height, width = l.shape
    worn = torch.as_tensor(random.random(count) < share, device=l.device).view(-1, 1, 1, 1)

    def some(share: float, low: float, high: float, otherwise: float) -> Tensor:
        values = np.where(random.random(count) < share, random.uniform(low, high, count), otherwise)
        return torch.as_tensor(values, dtype=l.dtype, device=l.device).view(-1, 1, 1, 1)

    blur = some(_BLUR_SHARE, 0.3, 1.0, 0.0)
    blurred = F.interpolate(F.avg_pool2d(l, 2), (height, width), mode="bilinear")
    x = (torch.lerp(l, blurred, blur).clamp(-1, 1) + 1) / 2
    x = x.pow(some(_TONE_SHARE, 0.7, 1.4, 1.0))
    black = some(_TONE_SHARE, 0.0, 0.2, 0.0)
    x = black + x * (some(_TONE_SHARE, 0.75, 1.0, 1.0) - black)
    slope = torch.linspace(-1, 1, width, dtype=l.dtype, device=l.device).view(1, 1, 1, -1)
    x = x * (1 + slope * some(_LIGHT_SHARE, -0.25, 0.25, 0.0))
    seed = int(random.integers(2**62))
    grain = torch.randn(l.shape, generator=torch.Generator().manual_seed(seed), dtype=l.dtype)
    x = x + grain.to(l.device) * some(_NOISE_SHARE, 0.0, _NOISE, 0.0)
    return torch.where(worn, (x * 2 - 1).clamp(-1, 1), l)
