"""Formulae on arrays: colour spaces, gamut mapping, chroma upsampling; no file, no state."""

from tomau.color.gamut import fit_chroma
from tomau.color.luminance import luminance
from tomau.color.render import compose_float, compose_u8, render_float, render_u8
from tomau.color.spaces import (
    denormalize_ab,
    denormalize_l,
    lab_to_srgb,
    normalize_ab,
    normalize_l,
    srgb_to_lab,
)
from tomau.color.upsampling import upsample_chroma

__all__ = [
    "compose_float",
    "compose_u8",
    "denormalize_ab",
    "denormalize_l",
    "fit_chroma",
    "lab_to_srgb",
    "luminance",
    "normalize_ab",
    "normalize_l",
    "render_float",
    "render_u8",
    "srgb_to_lab",
    "upsample_chroma",
]
