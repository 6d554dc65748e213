"""Decoders: features at several strides to one map."""

from tomau.models.decoders.unet import UNetDecoder

__all__ = ["UNetDecoder"]
