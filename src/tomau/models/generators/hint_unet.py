"""``hint-<encoder>.tomau1``: one network for automatic colour, colour hints and references.

A pre-trained encoder reads luminance; attention at strides 32 and 16 lets the scene agree on its
colours; a light decoder answers chroma and a guide at a quarter of the size, and a distribution
over the bins of the a*b* plane at an eighth. The guide tells what each place has to look like to
take a colour from another place. Hints are spread along it when all else is done, so one run of
the network serves every hint that a person tries, and without hints nothing is computed for them.
Finer edges come from luminance, see `tomau.color.upsampling.guided_detail`.

Sources: the distribution after Zhang, Isola, Efros, ECCV 2016; attention after Vaswani et al. 2017
with the positional convolution of Chu et al., "Conditional Positional Encodings for Vision
Transformers", 2021, which knows no picture size. The guide is ours, see `tomau.models.hints`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tomau.color.bins import ab_bins
from tomau.color.spaces import AB_LIMIT
from tomau.errors import UsageError
from tomau.models.checkpoint import LoadReport
from tomau.models.decoders import JoinBlock
from tomau.models.encoders import Encoder, encoders
from tomau.models.generators.base import check_size, generators
from tomau.models.hints import GUIDE_CHANNELS, spread_hints

_WIDTHS = (192, 128, 64)
_JOINED = (128, 64, 40)
_CONTEXT, _HEADS = 256, 4


class Taught(NamedTuple):
    """What training compares with the truth.

    Attributes:
        ab: ``[N, 2, H, W]``, the automatic answer.
        classes: logits ``[N, 305, H/8, W/8]`` over `ab_bins`.
        hinted: ``[N, 2, H, W]``, the answer with hints; None if none came.
    """

    ab: Tensor
    classes: Tensor
    hinted: Tensor | None


class HintUNet(nn.Module):
    """Luminance and hints to chroma."""

    stride = 32
    # Finer than this its chroma is grain more than colour: there luminance guides it.
    chroma_stride = 8

    def __init__(self, encoder: str, *, inputs: int = 1, outputs: int = 2) -> None:
        super().__init__()
        if (inputs, outputs) != (1, 2):
            raise UsageError(
                f"{inputs} channels to {outputs} came; a hint-*.tomau1 generator learns "
                "luminance to chroma only: take a unet generator"
            )
        self.encoder = encoders.create(encoder)
        _, *middle, coarse = cast("Encoder", self.encoder).channels
        self.context = nn.Sequential(nn.Conv2d(coarse, _CONTEXT, 1), Attention(_CONTEXT, 2))
        self.up = nn.ModuleList(
            JoinBlock(*shape)
            for shape in zip((_CONTEXT, *_WIDTHS[:-1]), middle[::-1], _JOINED, _WIDTHS, strict=True)
        )
        self.agree = Attention(_WIDTHS[0], 1)
        self.classes = nn.Conv2d(_WIDTHS[-1], len(ab_bins()), 1)
        self.guide = Guide(_WIDTHS[-1])
        self.head = nn.Conv2d(_WIDTHS[-1], 2, 1)
        for layer in self.up.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        # Near gray is the least wrong answer to begin with: early steps spoil no features.
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(cast("Tensor", self.head.bias))

    def forward(
        self, l: Tensor, hints: Tensor | None = None, *, taught: bool = False
    ) -> Tensor | Taught:
        """Predict ``ab`` ``[N, 2, H, W]`` (ab/110, -1..1).

        Args:
            l: ``[N, 1, H, W]``, L*/50 - 1.
            hints: ``[N, 3, H, W]``, ab/110 times the mask, and the mask (0 or 1); None is none.
            taught: answer apart all that is compared with a truth in training.

        Raises:
            UsageError: H or W is not a multiple of 32.
        """
        if not torch.compiler.is_compiling():
            check_size(l, self.stride)
        ab, x, _ = self._automatic(l)
        if not taught:
            return ab if hints is None else spread_hints(ab, self.guide(x), hints)
        # Hints teach the guide what belongs together; the colours themselves they leave alone.
        hinted = None if hints is None else spread_hints(ab.detach(), self.guide(x), hints)
        return Taught(ab, self._distribution(x), hinted)

    def automatic(self, l: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Predict all that the runtime works with; this is what export writes.

        Returns:
            ab without hints ``[N, 2, H, W]``; the guide ``[N, GUIDE_CHANNELS, H/4, W/4]`` for
            `tomau.models.hints.spread_hints`; features ``[N, 192, H/16, W/16]``, what the scene
            holds and where, to tell pictures and places in them apart; logits ``[N, 305, H/8,
            W/8]`` over `ab_bins`, the colours that a place might have.
        """
        ab, x, features = self._automatic(l)
        return ab, self.guide(x), features, self._distribution(x)

    def _distribution(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.classes(F.avg_pool2d(x, 2)))

    def _automatic(self, l: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return ab, the features at stride 4 it came from, and those at stride 16."""
        _, *middle, coarse = self.encoder(l)
        x = self.context(coarse)
        first, *others = self.up
        x = features = self.agree(first(x, middle.pop()))
        for block in others:
            x = block(x, middle.pop())
        ab = torch.tanh(self.head(x))
        ab = F.interpolate(ab, scale_factor=4.0, mode="bilinear", align_corners=False)
        return ab, x, features

    def load_imagenet(self, weights: Mapping[str, Tensor]) -> LoadReport:
        """Load ImageNet weights into the encoder."""
        return cast("LoadReport", self.encoder.load_imagenet(weights))  # type: ignore[operator]


class Guide(nn.Module):
    """Features to a guide for `tomau.models.hints.spread_hints`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.shape = nn.Conv2d(channels, channels, 3, 1, 1)
        self.embed = nn.Conv2d(channels, GUIDE_CHANNELS - 2, 1)
        self.bounds = nn.Conv2d(channels, 2, 1)
        # Likeness counts as much as half the picture's size, before anything is learnt.
        self.sharpness = nn.Parameter(torch.tensor(math.log(10.0)))
        nn.init.zeros_(self.bounds.weight)
        nn.init.constant_(cast("Tensor", self.bounds.bias), 0.0)
        with torch.no_grad():
            cast("Tensor", self.bounds.bias)[1] = math.log(20.0)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[N, channels, h, w]`` to ``[N, GUIDE_CHANNELS, h, w]``."""
        x = F.relu(self.shape(x))
        own, nearness = self.bounds(x).split(1, dim=1)
        embedding = F.normalize(self.embed(x), dim=1) * torch.exp(self.sharpness / 2)
        return torch.cat((embedding, own, torch.exp(nearness)), dim=1)


def annealed_mean(classes: Tensor, temperature: float) -> Tensor:
    """Reduce a distribution over `ab_bins` to a colour between its mode and its mean.

    Args:
        classes: logits ``[N, 305, h, w]``.
        temperature: 1 is the mean, towards 0 the mode.

    Returns:
        ``[N, 2, h, w]``, ab/110.

    Source: Zhang, Isola, Efros, ECCV 2016, equation (5).
    """
    shares = torch.softmax(classes / temperature, dim=1)
    bins = torch.as_tensor(ab_bins() / AB_LIMIT, dtype=classes.dtype, device=classes.device)
    return torch.einsum("nkhw,kc->nchw", shares, bins)


class Attention(nn.Module):
    """A feature map whose places look at each other."""

    def __init__(self, channels: int, layers: int) -> None:
        super().__init__()
        self.position = nn.Conv2d(channels, channels, 3, 1, 1, groups=channels)
        self.layers = nn.ModuleList(AttentionLayer(channels) for _ in range(layers))
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[N, channels, h, w]`` to the same shape."""
        x = x + self.position(x)
        tokens = x.flatten(2).transpose(1, 2)
        for layer in self.layers:
            tokens = layer(tokens)
        return self.norm(tokens).transpose(1, 2).unflatten(2, x.shape[2:])


class AttentionLayer(nn.Module):
    """Self-attention and a two-layer perceptron, each on normalised tokens and added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.query_key_value = nn.Linear(channels, 3 * channels)
        self.join = nn.Linear(channels, channels)
        self.norm2 = nn.LayerNorm(channels)
        self.perceptron = nn.Sequential(
            nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens ``[N, T, channels]`` to tokens of the same shape."""
        parts = self.query_key_value(self.norm1(tokens)).chunk(3, dim=-1)
        query, key, value = (p.unflatten(2, (_HEADS, -1)).transpose(1, 2) for p in parts)
        attended = F.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.join(attended.transpose(1, 2).flatten(2))
        return tokens + self.perceptron(self.norm2(tokens))


for _name in ("efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2"):
    generators.register(f"hint-{_name}.tomau1")(partial(HintUNet, _name))
