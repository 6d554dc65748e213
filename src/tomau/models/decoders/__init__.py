"""Decoders: features at several strides to one map."""

from tomau.models.decoders.unet import JoinBlock, UNetDecoder

__all__ = ["JoinBlock", "UNetDecoder"]
