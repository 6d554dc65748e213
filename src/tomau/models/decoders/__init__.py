"""Decoders: features at several strides to one map."""

from tomau.models.decoders.unet import JoinBlock, UNetDecoder, UpBlock

__all__ = ["JoinBlock", "UNetDecoder", "UpBlock"]
