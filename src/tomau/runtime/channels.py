"""The channels of a digital picture, each as a picture: binary, gray, R, G, B, L*, a*, b*."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.color import compose_u8, luminance, srgb_to_lab

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LUMA = np.array([0.299, 0.587, 0.114])
_CHROMA_SHOWN_AT_L = 65.0  # where sRGB holds strong reds, greens, blues and yellows alike


def channel_pictures(pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    """Take a picture apart into its channels, each of them a picture (H, W, 3) uint8 by name.

    ``pixels`` is (H, W) gray or (H, W, 3) sRGB, uint8. Gray is the luma of Rec. 601; binary is
    gray above Otsu's threshold; R, G and B are shown in their own colour; a* (green to red) and
    b* (blue to yellow) are shown alone at one lightness.
    """
    rgb_u8 = pixels if pixels.ndim == 3 else _as_gray_picture(pixels)
    gray_u8 = np.rint(rgb_u8 @ _LUMA).astype(np.uint8)
    lab = srgb_to_lab(rgb_u8.astype(np.float32) / np.float32(255.0))
    l_u8 = np.rint(luminance(rgb_u8) * 2.55).astype(np.uint8)
    return {
        "binary": _as_gray_picture(np.where(gray_u8 > otsu_threshold(gray_u8), 255, 0)),
        "gray": _as_gray_picture(gray_u8),
        "R": _only(rgb_u8, 0),
        "G": _only(rgb_u8, 1),
        "B": _only(rgb_u8, 2),
        "L*": _as_gray_picture(l_u8),
        "a*": _chroma_alone(lab, 0),
        "b*": _chroma_alone(lab, 1),
    }


def otsu_threshold(gray_u8: NDArray[np.uint8]) -> int:
    """Threshold 0..255 that separates dark from light best; light is what lies above it.

    Source: Otsu, A Threshold Selection Method from Gray-Level Histograms, 1979, equation (18):
    the maximum of the variance between the two classes.
    """
    share = np.bincount(gray_u8.ravel(), minlength=256) / gray_u8.size
    below = np.cumsum(share)
    moment = np.cumsum(share * np.arange(256))
    spread = below * (1.0 - below)
    between = np.divide(
        (moment[-1] * below - moment) ** 2, spread, out=np.zeros(256), where=spread > 1e-12
    )
    return int(np.argmax(between))


def _as_gray_picture(values: NDArray[np.integer]) -> NDArray[np.uint8]:
    return np.repeat(values.astype(np.uint8)[..., np.newaxis], 3, axis=2)


def _only(rgb_u8: NDArray[np.uint8], channel: int) -> NDArray[np.uint8]:
    alone = np.zeros_like(rgb_u8)
    alone[..., channel] = rgb_u8[..., channel]
    return alone


def _chroma_alone(lab: NDArray[np.float32], channel: int) -> NDArray[np.uint8]:
    l = np.full(lab.shape[:2], _CHROMA_SHOWN_AT_L, np.float32)
    ab = np.zeros((*lab.shape[:2], 2), np.float32)
    ab[..., channel] = lab[..., 1 + channel]
    return compose_u8(l, ab)
