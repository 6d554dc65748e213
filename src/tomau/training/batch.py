"""What a training step is given: luminance as an old photograph has it, truth, hints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

_NOISE = 0.06
# Half-widths of "alike" in the study's units: 15 of L*, 14 of ab, half the picture's side.
_SAME_LIGHT, _SAME_COLOR, _SAME_PLACE = 0.3, 0.13, 0.5
_EDGE = 6.0
_MARK = 3  # pixels of the hint on the thing itself
_SHIFT = 0.2  # 22 of a* and b*: gray things get a colour too
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
        wanted: ``[N, 2, H, W]`` the chroma that the hints tell of; `recolor` may have changed it.
    """

    l: Tensor
    ab: Tensor
    seen: Tensor
    hints: Tensor | None = None
    wanted: Tensor | None = None

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What the generator is called with."""
        return (self.seen,) if self.hints is None else (self.seen, self.hints)


def recolor(
    l: Tensor, ab: Tensor, share: float, random: np.random.Generator
) -> tuple[Tensor, NDArray[np.int64]]:
    """Give a thing in a share of photos another colour.

    True colours are what the network guesses half of anyway, and neighbours share them. A person
    who hints wants something else, of one thing only: what looks like a pixel drawn at random,
    in light, colour and place.

    Returns:
        Chroma ``[N, 2, H, W]``, and a patch on each thing ``[M, 4]`` as `hint_patches` draws them.
    """
    count, _, height, width = l.shape
    rows, columns = random.integers(0, height, count), random.integers(0, width, count)
    every = torch.arange(count, device=l.device)
    sides = (torch.linspace(0, 1, side).to(l) for side in (height, width))
    places = torch.stack(torch.meshgrid(*sides, indexing="ij")).expand(count, 2, height, width)
    looks = torch.cat((l / _SAME_LIGHT, ab / _SAME_COLOR, places / _SAME_PLACE), dim=1)
    picked = looks[every, :, torch.as_tensor(rows), torch.as_tensor(columns)][..., None, None]
    alike = torch.sigmoid(_EDGE * (1 - (looks - picked).square().sum(1, keepdim=True)))

    def drawn(values: NDArray[np.float64]) -> Tensor:
        return torch.as_tensor(values).to(l).view(count, -1, 1, 1)

    turn, factor = random.uniform(-np.pi, np.pi, count), random.uniform(0.6, 1.6, count)
    cos, sin = drawn(factor * np.cos(turn)), drawn(factor * np.sin(turn))
    a, b = ab[:, :1], ab[:, 1:]
    other = torch.cat((cos * a - sin * b, sin * a + cos * b), dim=1)
    other = other + drawn(random.normal(0, _SHIFT, (count, 2)))
    chosen = random.random(count) < share
    wanted = torch.lerp(ab, other, alike * drawn(chosen.astype(np.float64))).clamp(-1, 1)
    corners = np.stack((rows, columns), axis=1) - _MARK // 2
    corners = np.clip(corners, 0, (height - _MARK, width - _MARK))
    patches = np.column_stack((np.arange(count), corners, np.full(count, _MARK)))
    return wanted, patches[chosen]


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
