"""Discriminators: normalised Lab to logits."""

from tomau.models.discriminators.patchgan import PatchGAN, discriminators

__all__ = ["PatchGAN", "discriminators"]
