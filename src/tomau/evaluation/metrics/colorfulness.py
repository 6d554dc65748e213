"""How colourful people find a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def colorfulness(rgb: NDArray[np.floating]) -> float:
    """Colourfulness of sRGB (H, W, 3) in 0..1: 0 is gray, 15 slightly, 45 quite, 82 very colourful.

    The opponent channels keep their sign. Some published code takes their absolute value, which
    gives other numbers: the two do not mix.

    Source: Hasler, Suesstrunk, Measuring Colourfulness in Natural Images, 2003, equation for
    M-hat(3) in section 7, on 8-bit values.

    >>> colorfulness(np.full((2, 2, 3), 0.5))
    0.0
    """
    red, green, blue = np.moveaxis(rgb.astype(np.float64) * 255, -1, 0)
    rg = red - green
    yb = (red + green) / 2 - blue
    spread = np.hypot(rg.std(), yb.std())
    strength = np.hypot(rg.mean(), yb.mean())
    return float(spread + 0.3 * strength)
