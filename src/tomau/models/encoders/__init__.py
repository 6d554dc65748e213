"""Encoders: ImageNet backbones that read luminance and give features at strides 2 to 32."""

from tomau.models.encoders import efficientnet_lite, resnet, xception  # entering the registry
from tomau.models.encoders.base import Encoder, encoders
from tomau.models.encoders.timm_encoder import TimmEncoder

__all__ = ["Encoder", "TimmEncoder", "efficientnet_lite", "encoders", "resnet", "xception"]
