"""What every number of a report is called, means, and which way it is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class MetricFacts:
    """Title and meaning of a metric; ``better`` is None where neither end is the good one."""

    title: str
    better: Literal["lower", "higher"] | None
    meaning: str


PHOTO_METRICS = {
    "mse": MetricFacts("ab-MSE", "lower", "squared error over a* and b*, equation (15)"),
    "rmse": MetricFacts("ab-RMSE", "lower", "its root, equation (16), in units of a* and b*"),
    "psnr": MetricFacts("PSNR", "higher", "dB over R, G and B"),
    "ssim": MetricFacts("SSIM", "higher", "structural similarity over R, G and B"),
    "colorfulness": MetricFacts("Colourfulness", None, "of the picture itself; as the truth's"),
    "ciede2000": MetricFacts("CIEDE2000", "lower", "mean colour difference; about 1 is just seen"),
    "chroma": MetricFacts("Chroma", None, "mean C* of the picture itself; as the truth's"),
    "colorfulness_error": MetricFacts(
        "Colourfulness error", "lower", "|difference| of colourfulness, picture by picture"
    ),
    "luminance_error": MetricFacts("Luminance error", "lower", "mean |difference| of L*"),
    "blobs": MetricFacts(
        "Blobs", "lower", "share of pixels with over 1.5 times the chroma the photo ever has"
    ),
    "lpips": MetricFacts("LPIPS", "lower", "learned perceptual distance, AlexNet, v0.1"),
}
"""Facts of the metrics that each photograph has, in the order of the fields of `Score`."""

SET_METRICS = {
    "colorfulness_delta": MetricFacts(
        "Colourfulness delta", "lower", "|difference| of the two means of colourfulness"
    ),
    "fd_efflite2": MetricFacts(
        "FD EfficientNet-Lite2", "lower", "Frechet distance of EfficientNet-Lite2 features"
    ),
    "fid": MetricFacts("FID", "lower", "Frechet distance of Inception-v3 features"),
}
"""Facts of the metrics that only a set of photographs has."""

ALL_METRICS = PHOTO_METRICS | SET_METRICS
