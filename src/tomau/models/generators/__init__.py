"""Generators: normalised luminance to normalised chroma."""

from tomau.models.generators import encoder_unet, hint_unet, pix2pix_unet  # entering the registry
from tomau.models.generators.base import generators
from tomau.models.generators.encoder_unet import EncoderUNet, create_generator
from tomau.models.generators.hint_unet import HintUNet
from tomau.models.generators.pix2pix_unet import Pix2PixUNet

__all__ = [
    "EncoderUNet",
    "HintUNet",
    "Pix2PixUNet",
    "create_generator",
    "encoder_unet",
    "generators",
    "hint_unet",
    "pix2pix_unet",
]
