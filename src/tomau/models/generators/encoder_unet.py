"""``unet-<encoder>.pix2pix``: a U-Net on a pre-trained encoder, the study's main generator."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tomau.models.checkpoint import LoadReport
from tomau.models.decoders import UNetDecoder
from tomau.models.encoders import Encoder, TimmEncoder, encoders
from tomau.models.generators.base import check_size, generators

DECODER_WIDTHS = (256, 128, 64, 32)


class EncoderUNet(nn.Module):
    """Luminance to chroma: encoder, decoder, head (study, equations (11) and (12)).

    The head answers at the encoder's finest stride, mostly 2, and is brought to full size
    bilinearly: chroma needs no more (the eye's chroma acuity is about half of its luminance
    acuity), and the last, dearest quarter of a U-Net's arithmetic is saved.
    """

    stride = 32

    def __init__(
        self,
        encoder: str,
        widths: tuple[int, ...] = DECODER_WIDTHS,
        *,
        inputs: int = 1,
        outputs: int = 2,
    ) -> None:
        super().__init__()
        if encoder.startswith("timm:"):
            name = encoder.removeprefix("timm:")
            self.encoder: nn.Module = TimmEncoder(name, inputs=inputs)
        else:
            self.encoder = encoders.create(encoder, inputs=inputs)
        features = cast("Encoder", self.encoder)
        self.decoder = UNetDecoder(features.channels, widths[: len(features.channels) - 1])
        self.head_stride = features.finest_stride
        self.head = nn.Conv2d(self.decoder.outputs, outputs, 1)
        self._start_gray()

    def _start_gray(self) -> None:
        """Start near gray, the least wrong answer, so that early steps spoil no features."""
        for module in self.decoder.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.normal_(self.head.weight, std=0.01)
        if self.head.bias is not None:
            nn.init.zeros_(self.head.bias)

    def forward(self, l: Tensor) -> Tensor:
        """Map ``[N, inputs, H, W]`` to ``[N, outputs, H, W]``, both -1..1.

        For colour: ``l`` (L*/50 - 1) to ``ab`` (ab/110).

        Raises:
            UsageError: H or W is not a multiple of 32.
        """
        if not torch.compiler.is_compiling():
            check_size(l, self.stride)
        x = self.head(self.decoder(self.encoder(l)))
        x = F.interpolate(
            x, scale_factor=float(self.head_stride), mode="bilinear", align_corners=False
        )
        return torch.tanh(x)

    def load_imagenet(self, weights: Mapping[str, Tensor]) -> LoadReport:
        """Load ImageNet weights into the encoder."""
        return cast("LoadReport", self.encoder.load_imagenet(weights))  # type: ignore[operator]


for _name in encoders.names():
    generators.register(f"unet-{_name}.pix2pix")(partial(EncoderUNet, _name))


def create_generator(name: str, *, inputs: int = 1, outputs: int = 2) -> nn.Module:
    """Build a generator by name; ``unet-timm:<model>.pix2pix`` takes any timm backbone.

    ``inputs`` and ``outputs`` are its channels: luminance and chroma unless said otherwise.

    Raises:
        UsageError: the name is unknown.
        MissingExtraError: a timm backbone without timm.
    """
    if name.startswith("unet-timm:") and name.endswith(".pix2pix"):
        encoder = name.removeprefix("unet-").removesuffix(".pix2pix")
        return EncoderUNet(encoder, inputs=inputs, outputs=outputs)
    return generators.create(name, inputs=inputs, outputs=outputs)
