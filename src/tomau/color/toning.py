"""Old prints: is a picture gray, gray under one tint (sepia, blueprint, fading), or in colour?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tomau.color.spaces import Plane, srgb_to_lab

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["gray", "toned", "colour"]

# Cells that a picture is averaged to: enough to tell, and grain and JPEG noise average out.
_CELLS = 160
_TONES = 16
# Mean chroma under which nobody sees a tint.
_GRAY_CHROMA = 2.5
# A tint is a function of lightness: what is left of ab beside it is stains and noise. Set so
# that toned prints fall below and colour photographs above; see tests/color/test_toning.py.
_SPREAD = 3.0
_RELATIVE_SPREAD = 0.12
# L* between the darkest and lightest hundredth of a print that has not faded.
_FULL_RANGE = 60.0
_NAMES = ((20.0, "red"), (110.0, "sepia"), (170.0, "green"), (290.0, "blue"), (340.0, "purple"))


@dataclass(frozen=True)
class Toning:
    """What the colours of a picture are.

    Attributes:
        kind: ``gray``; ``toned``, one tint that changes with lightness only; or ``colour``.
        tint: its name by hue, "sepia"; empty unless toned.
        chroma: mean C*ab.
        low, high: L* of the darkest and the lightest hundredth.
    """

    kind: Kind
    tint: str
    chroma: float
    low: float
    high: float

    @property
    def is_faded(self) -> bool:
        """Whether the print has lost its black or its white."""
        return self.high - self.low < _FULL_RANGE

    def note(self) -> str | None:
        """One line for a user; None where there is nothing to tell."""
        if self.kind == "colour":
            return "a colour photograph: its own colours are left aside (--recolor silences this)"
        if self.kind == "gray":
            return None
        faded = f", faded to L* {self.low:.0f} to {self.high:.0f}" if self.is_faded else ""
        return f"{self.tint} toning recognised{faded}: taken as black and white"


def recognise_toning(
    pixels: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32],
) -> Toning:
    """Tell gray, toned and colour pictures apart.

    Args:
        pixels: (H, W) gray or (H, W, 3) sRGB; uint8, uint16, or float32 in 0..1.
    """
    cells = _cells(pixels)
    lab = srgb_to_lab(cells if cells.ndim == 3 else np.repeat(cells[..., np.newaxis], 3, 2))
    l, ab = lab[..., 0].ravel(), lab[..., 1:].reshape(-1, 2)
    low, high = (float(value) for value in np.percentile(l, (1, 99)))
    chroma = float(np.hypot(ab[:, 0], ab[:, 1]).mean())
    if chroma < _GRAY_CHROMA:
        return Toning("gray", "", chroma, low, high)
    spread = float(np.sqrt(np.mean(np.sum((ab - _tint(l, ab)) ** 2, axis=1))))
    if spread > max(_SPREAD, _RELATIVE_SPREAD * chroma):
        return Toning("colour", "", chroma, low, high)
    return Toning("toned", _name(*ab.mean(axis=0)), chroma, low, high)


def toning_steps(height: int, width: int) -> tuple[int, int]:
    """Return every how many rows and columns a picture is looked at for its toning.

    A picture of these rows and columns alone is recognised as the whole is.
    """
    return max(1, height // (_CELLS * 4)), max(1, width // (_CELLS * 4))


def _cells(pixels: NDArray[Any]) -> Plane:
    """Average a picture to about _CELLS by _CELLS cells, of up to 16 pixels each, in 0..1."""
    down, across = toning_steps(*pixels.shape[:2])
    thin = pixels[::down, ::across]
    rows, columns = (max(1, side // _CELLS) for side in thin.shape[:2])
    down, across = thin.shape[0] // rows, thin.shape[1] // columns
    cut = thin[: down * rows, : across * columns]
    blocks = cut.reshape(down, rows, across, columns, *pixels.shape[2:])
    white = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    mean: Plane = blocks.mean(axis=(1, 3), dtype=np.float32) / np.float32(white)
    return mean


def _tint(l: Plane, ab: Plane) -> Plane:
    """The mean ab of pixels as light as each pixel."""
    tone = np.clip(l * (_TONES / 100), 0, _TONES - 1).astype(int)
    count = np.maximum(np.bincount(tone, minlength=_TONES), 1)
    means = [np.bincount(tone, ab[:, channel], _TONES) / count for channel in (0, 1)]
    tint: Plane = np.stack(means, axis=1)[tone].astype(np.float32)
    return tint


def _name(a: float, b: float) -> str:
    hue = float(np.degrees(np.arctan2(b, a))) % 360
    return next((name for end, name in _NAMES if hue < end), "red")
