"""The CIEDE2000 colour difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.evaluation.metrics.arrays import require_same_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Plane = NDArray[np.float64]

_25_TO_7 = 25.0**7


def ciede2000(lab: NDArray[np.floating], truth_lab: NDArray[np.floating]) -> Plane:
    """Colour difference of each pixel of two pictures L*a*b* (H, W, 3); about 1 is just seen.

    Reference conditions: k_L = k_C = k_H = 1. Answers (H, W) float64.

    Raises:
        UsageError: the arrays differ in shape.

    Source: Sharma, Wu, Dalal, The CIEDE2000 Color-Difference Formula, Color Research and
    Application 30(1), 2005, equations (2)-(22).
    """
    require_same_shape(lab, truth_lab, channels=3)
    l1, a1, b1 = np.moveaxis(lab.astype(np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(truth_lab.astype(np.float64), -1, 0)

    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2  # (2), (3)
    stretch = 1 + 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + _25_TO_7)))  # 1 + G of (4)
    c1, h1 = _polar(a1 * stretch, b1)  # (5)-(7)
    c2, h2 = _polar(a2 * stretch, b2)

    delta_h, mean_h = _hues(h1, h2, both_chromatic=c1 * c2 != 0)
    big_delta_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(delta_h / 2))  # (11)
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2  # (12), (13)

    away_from_middle = (mean_l - 50) ** 2
    s_l = 1 + 0.015 * away_from_middle / np.sqrt(20 + away_from_middle)  # (18)
    s_c = 1 + 0.045 * mean_c  # (19)
    s_h = 1 + 0.015 * mean_c * _hue_weight(mean_h)  # (20)

    light, colour, hue = (l2 - l1) / s_l, (c2 - c1) / s_c, big_delta_h / s_h
    rotation = _rotation(mean_c, mean_h) * colour * hue
    return np.asarray(np.sqrt(light**2 + colour**2 + hue**2 + rotation))  # (22)


def _polar(a: Plane, b: Plane) -> tuple[Plane, Plane]:
    """Chroma, and hue in 0..360 degrees; the hue of gray is 0."""
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _hues(h1: Plane, h2: Plane, *, both_chromatic: NDArray[np.bool_]) -> tuple[Plane, Plane]:
    """Difference (10) and mean (14) of two hues, the short way round; gray has no hue."""
    difference = h2 - h1
    wrapped = difference - 360 * np.sign(difference) * (np.abs(difference) > 180)
    total = h1 + h2
    half_turn = np.where(total < 360, 360.0, -360.0) * (np.abs(difference) > 180)
    mean = np.where(both_chromatic, (total + half_turn) / 2, total)
    return np.where(both_chromatic, wrapped, 0.0), mean


def _hue_weight(mean_h: Plane) -> Plane:
    """T of (15)."""
    return (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )


def _rotation(mean_c: Plane, mean_h: Plane) -> Plane:
    """R_T of (16), (17), (21): it turns the ellipses of the blues."""
    delta_theta = 30 * np.exp(-(((mean_h - 275) / 25) ** 2))
    r_c = 2 * np.sqrt(mean_c**7 / (mean_c**7 + _25_TO_7))
    return np.asarray(-np.sin(np.radians(2 * delta_theta)) * r_c)
