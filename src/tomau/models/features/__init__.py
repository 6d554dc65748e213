"""Networks that pictures are measured with: Inception, EfficientNet-Lite2, LPIPS."""

from tomau.models.features.efficientnet_lite2 import EfficientNetLite2Features
from tomau.models.features.inception import InceptionFeatures
from tomau.models.features.lpips import LPIPS

__all__ = ["LPIPS", "EfficientNetLite2Features", "InceptionFeatures"]
