"""Decoders: features at several strides to one map."""

from tomau.models.decoders.unet import UNetDecoder, UpBlock

__all__ = ["UNetDecoder", "UpBlock"]
