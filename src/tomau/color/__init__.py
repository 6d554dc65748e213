"""Formulae on arrays: colour spaces, gamut mapping, chroma upsampling; no file, no state."""

from tomau.color.composing import compose_float, compose_u8
from tomau.color.gamut import fit_chroma
from tomau.color.luminance import luminance
from tomau.color.render import (
    StripRenderer,
    render_float,
    render_u8,
    strips,
)
from tomau.color.spaces import (
    denormalize_ab,
    denormalize_l,
    lab_to_srgb,
    normalize_ab,
    normalize_l,
    srgb_to_lab,
)
from tomau.color.upsampling import guide_sizes, guided_detail, reduce_by_area, upsample_chroma

__all__ = [
    "StripRenderer",
    "compose_float",
    "compose_u8",
    "denormalize_ab",
    "denormalize_l",
    "fit_chroma",
    "guide_sizes",
    "guided_detail",
    "lab_to_srgb",
    "luminance",
    "normalize_ab",
    "normalize_l",
    "reduce_by_area",
    "render_float",
    "render_u8",
    "srgb_to_lab",
    "strips",
    "upsample_chroma",
]
