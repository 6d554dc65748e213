"""``patchgan70``: the discriminator that judges 70x70 patches.

Source: Isola et al. 2017, section 6.1.2: C64-C128-C256-C512, then one channel.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from tomau.models.initialization import init_normal
from tomau.models.registry import Registry

discriminators: Registry[nn.Module] = Registry("discriminator")

_KERNEL = 4


class PatchGAN(nn.Module):
    """A Lab picture to a map of logits, one per overlapping patch (study, equation (13)).

    ``spectral`` divides each filter by its largest singular value in place of BatchNorm (Miyato
    et al., "Spectral Normalization for GANs", ICLR 2018).
    """

    def __init__(
        self,
        widths: tuple[int, ...],
        strides: tuple[int, ...],
        *,
        inputs: int = 3,
        spectral: bool = False,
    ) -> None:
        super().__init__()
        self.strides = (*strides, 1)
        layers: list[nn.Module] = []
        before = inputs
        for index, (width, stride) in enumerate(zip(widths, strides, strict=True)):
            normed = index > 0 and not spectral
            layers.append(nn.Conv2d(before, width, _KERNEL, stride, 1, bias=not normed))
            if normed:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.LeakyReLU(0.2))
            before = width
        layers.append(nn.Conv2d(before, 1, _KERNEL, 1, 1))
        self.layers = nn.Sequential(*layers)
        init_normal(self)
        if spectral:
            for layer in self.layers:
                if isinstance(layer, nn.Conv2d):
                    spectral_norm(layer)

    def forward(self, lab: Tensor) -> Tensor:
        """Map normalised Lab ``[N, 3, H, W]`` to logits; 256x256 gives ``[N, 1, 30, 30]``."""
        return cast("Tensor", self.layers(lab))

    def receptive_fields(self) -> list[int]:
        """Return the receptive field from the last layer to the first.

        Source: study, equation (5): F_L = K + S (F_{L+1} - 1), with F = 1 behind the last.
        """
        fields = []
        field = 1
        for stride in reversed(self.strides):
            field = _KERNEL + stride * (field - 1)
            fields.append(field)
        return fields


@discriminators.register("patchgan70")
def patchgan70(*, inputs: int = 3) -> PatchGAN:
    """Build the 70x70 discriminator: strides 2, 2, 2, 1, 1."""
    return PatchGAN((64, 128, 256, 512), (2, 2, 2, 1), inputs=inputs)


@discriminators.register("patchgan70-spectral")
def patchgan70_spectral(*, inputs: int = 3) -> PatchGAN:
    """Build the same with spectral normalisation."""
    return PatchGAN((64, 128, 256, 512), (2, 2, 2, 1), inputs=inputs, spectral=True)
