"""Colour hints: painted as planes, and spread over a picture along a learnt guide.

The automatic answer is wrong at a hint by some difference. Every place takes that difference from
the hints that lie near and look like it, by attention: softmax over the hints of
``embedding . embedding' - nearness * distance^2``, and over ``own``, which stands for taking none.
So a hint colours its object and not the picture, and a picture without hints stays as it was.

Sources: differences spread by affinity over all pairs after An and Pellacini, "AppProp",
SIGGRAPH 2008; attention after Vaswani et al. 2017. Their joining by a learnt embedding is ours.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

HINT_CHANNELS = 3
"""Planes of a hint picture: ab/110 where the mask is 1 and 0 elsewhere, then the mask."""

GUIDE_CHANNELS = 34
"""Planes of a guide: 32 of embedding, the logit of a place's own colour, nearness (0 or more; per
square of distance, in units of the picture's longer side)."""

GUIDE_STRIDE = 4
HINT_STRIDE = 8
"""Places take colours at the first, hints are gathered at the second."""


def paint_hints(ab: Tensor, patches: NDArray[np.int64]) -> Tensor:
    """Reveal the mean chroma of each patch.

    Args:
        ab: ``[N, 2, H, W]``, ab/110.
        patches: ``[M, 4]``: photo, top, left, side; later ones cover earlier ones.

    Returns:
        ``[N, 3, H, W]``: ab times the mask, and the mask.
    """
    hints = ab.new_zeros(ab.shape[0], HINT_CHANNELS, *ab.shape[2:])
    for photo, top, left, side in patches.tolist():
        place = (photo, slice(None), slice(top, top + side), slice(left, left + side))
        hints[place][:2] = ab[place].mean(dim=(1, 2), keepdim=True)
        hints[place][2:] = 1
    return hints


def spread_hints(ab: Tensor, guide: Tensor, hints: Tensor) -> Tensor:
    """Correct ab by the hints; the numpy twin, for one picture, is in `tomau.runtime.hints`.

    Args:
        ab: ``[N, 2, H, W]``, ab/110, as without hints.
        guide: ``[N, GUIDE_CHANNELS, H/4, W/4]``.
        hints: ``[N, 3, H, W]``, as `paint_hints` draws them; a mask between 0 and 1 tells how far
            a hint is to be trusted.

    Returns:
        ``[N, 2, H, W]``, ab/110; unchanged where no hint reaches.
    """
    embedding, own, nearness = torch.split(guide, [guide.shape[1] - 2, 1, 1], dim=1)
    mask = hints[:, 2:]
    share = F.avg_pool2d(mask, HINT_STRIDE)
    known = share.clamp_min(1e-6)
    missing = F.avg_pool2d(hints[:, :2] - ab * mask, HINT_STRIDE) / known
    places = _places(own)
    fine = F.avg_pool2d(mask, GUIDE_STRIDE)
    keys = F.avg_pool2d(torch.cat((embedding, places), dim=1) * fine, HINT_STRIDE // GUIDE_STRIDE)
    key, key_places = torch.split((keys / known).flatten(2), [embedding.shape[1], 2], dim=1)
    query, query_places = embedding.flatten(2).mT, places.flatten(2).mT
    distances = (
        query_places.square().sum(2, keepdim=True)
        + key_places.square().sum(1, keepdim=True)
        - 2 * query_places @ key_places
    )
    sure = F.max_pool2d(mask, HINT_STRIDE).flatten(2).log()  # -inf where nothing is marked
    logits = query @ key - nearness.flatten(2).mT * distances + sure
    weights = torch.softmax(torch.cat((logits, own.flatten(2).mT), dim=2), dim=2)[..., :-1]
    correction = (weights @ missing.flatten(2).mT).mT.reshape(len(ab), 2, *own.shape[2:])
    correction = F.interpolate(
        correction, scale_factor=float(GUIDE_STRIDE), mode="bilinear", align_corners=False
    )
    return ab + correction


def _places(like: Tensor) -> Tensor:
    """Row and column of each cell in units of the longer side, ``[N, 2, h, w]``."""
    count, _, height, width = like.shape
    rows, columns = (
        torch.arange(side, dtype=like.dtype, device=like.device) / max(height, width)
        for side in (height, width)
    )
    return torch.stack(torch.meshgrid(rows, columns, indexing="ij")).expand(count, -1, -1, -1)
