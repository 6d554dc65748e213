"""Student's t for whole degrees of freedom, so that an interval needs no statistics package."""

from __future__ import annotations

import math
from statistics import NormalDist

_MANY = 1000


def central_share(t: float, freedom: int) -> float:
    """Share of Student's distribution between ``-t`` and ``t``, 0..1.

    ``t`` is 0 or more, ``freedom`` 1 or more.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 26.7.3 and 26.7.4.

    >>> round(central_share(1, 1), 6)
    0.5
    """
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2 == 1
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for step in range((freedom - 1) // 2 if odd else freedom // 2):
        total += term
        numerator = 2 * step + (2 if odd else 1)
        term *= cosine**2 * numerator / (numerator + 1)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def t_quantile(level: float, freedom: int) -> float:
    """The t with ``level`` (0..1) of Student's distribution between -t and t, to 1e-7.

    Source: above 1000 degrees of freedom Abramowitz and Stegun 26.7.5, from the normal quantile.

    >>> round(t_quantile(0.95, 99), 4)
    1.9842
    """
    if freedom > _MANY:
        z = NormalDist().inv_cdf((1 + level) / 2)
        return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    low, high = 0.0, 1.0
    while central_share(high, freedom) < level:
        high *= 2
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        if central_share(middle, freedom) < level:
            low = middle
        else:
            high = middle
    return high
