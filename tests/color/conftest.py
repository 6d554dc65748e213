"""A made colour picture for the whole room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from skimage.color import rgb2lab

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.fixture(scope="session")
def photo() -> NDArray[np.uint8]:
    """A colour photograph of sorts, (128, 192, 3) uint8: sky, grass, ball, posts, and grain.

    Colours change where luminance changes, and texture of luminance carries no colour.
    """
    rows, columns = np.mgrid[0:128, 0:192].astype(np.float64)
    rgb = np.empty((128, 192, 3))
    rgb[:] = np.stack([0.45 + rows / 600, 0.62 + rows / 700, 0.86 + 0 * rows], axis=-1)
    grass = rows > 70 + 6 * np.sin(columns / 17)
    rgb[grass] = [0.28, 0.45, 0.14]
    ball = (rows - 74) ** 2 + (columns - 60) ** 2 < 24**2
    rgb[ball] = [0.78, 0.16, 0.12]
    posts = (columns % 40 > 30) & (rows > 40) & (columns > 100)
    rgb[posts] = [0.93, 0.82, 0.30]
    shade = 1 + 0.15 * np.sin(rows / 2.3) * np.sin(columns / 3.1)
    grain = np.random.default_rng(5).normal(0, 0.01, (128, 192, 1))
    return np.rint(255 * np.clip(rgb * shade[..., np.newaxis] + grain, 0, 1)).astype(np.uint8)


@pytest.fixture(scope="session")
def photo_lab(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The picture in L*a*b*, converted by scikit-image."""
    return np.asarray(rgb2lab(photo), np.float32)
