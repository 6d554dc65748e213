"""Measures of a coloured picture, alone or against the truth, one file each."""

from __future__ import annotations

from tomau.evaluation.metrics.blobs import blob_rate
from tomau.evaluation.metrics.chroma import mean_chroma
from tomau.evaluation.metrics.chroma_error import chroma_mse, chroma_rmse
from tomau.evaluation.metrics.ciede2000 import ciede2000
from tomau.evaluation.metrics.colorfulness import colorfulness
from tomau.evaluation.metrics.luminance_error import luminance_error
from tomau.evaluation.metrics.psnr import psnr
from tomau.evaluation.metrics.ssim import ssim

__all__ = [
    "blob_rate",
    "chroma_mse",
    "chroma_rmse",
    "ciede2000",
    "colorfulness",
    "luminance_error",
    "mean_chroma",
    "psnr",
    "ssim",
]
