"""sRGB to CIE L*a*b* and back on torch tensors: training converts colours where it computes."""

from __future__ import annotations

import torch
from torch import Tensor

from tomau.color.spaces import AB_LIMIT, FROM_XYZ, TO_XYZ


def srgb_to_lab(rgb: Tensor) -> Tensor:
    """Convert sRGB to CIE L*a*b* (D65, 2 degrees).

    Args:
        rgb: ``[N, 3, H, W]``, floating point in 0..1.

    Returns:
        ``[N, 3, H, W]`` in the same dtype: L* in 0..100, a* and b* in about -110..110.

    Source: IEC 61966-2-1 for the transfer curve, CIE 15:2004 section 8.2.1 for L*a*b*.
    """
    linear = torch.where(rgb > 0.04045, ((rgb + 0.055) / 1.055).pow(2.4), rgb / 12.92)
    matrix = linear.new_tensor(TO_XYZ)
    xyz = torch.nn.functional.conv2d(linear, matrix[:, :, None, None])
    f = torch.where(xyz > 0.008856, xyz.clamp_min(1e-6).pow(1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = f.unbind(1)
    return torch.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), dim=1)


def normalized_lab(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """Split sRGB into the network's input and target in the study's normalisation.

    Args:
        rgb: ``[N, 3, H, W]``, floating point in 0..1.

    Returns:
        ``l`` ``[N, 1, H, W]`` = L*/50 - 1 and ``ab`` ``[N, 2, H, W]`` = ab/110, both about -1..1.
    """
    lab = srgb_to_lab(rgb)
    return lab[:, :1] / 50 - 1, lab[:, 1:] / AB_LIMIT


def lab_to_srgb(l: Tensor, ab: Tensor) -> Tensor:
    """Convert the study's normalisation to sRGB, clipped to its gamut; has gradients.

    Args:
        l: ``[N, 1, H, W]``, L*/50 - 1.
        ab: ``[N, 2, H, W]``, ab/110.

    Returns:
        ``[N, 3, H, W]`` in 0..1.
    """
    y = (l[:, 0] * 50 + 66) / 116
    a, b = (ab * AB_LIMIT).unbind(1)
    f = torch.stack((y + a / 500, y, y - b / 200), dim=1)
    xyz = torch.where(f > 0.2068966, f.pow(3), (f - 16 / 116) / 7.787)
    matrix = l.new_tensor(FROM_XYZ)
    linear = torch.nn.functional.conv2d(xyz, matrix[:, :, None, None]).clamp(0, 1)
    # The power's slope is infinite at 0, and where() would multiply it by 0: NaN.
    curved = 1.055 * linear.clamp_min(0.0031308).pow(1 / 2.4) - 0.055
    return torch.where(linear > 0.0031308, curved, linear * 12.92)
