"""Pixels of more than 8 bits on their way from a decoder to a Picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Space = Literal["L", "RGB", "CMYK"]

WHITE = 65535

_CHANNELS: dict[Space, int] = {"L": 1, "RGB": 3, "CMYK": 4}
# What each orientation 1..8 of EXIF asks for: exchange rows with columns, then flip them.
_UPRIGHT = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


@dataclass(frozen=True)
class Samples:
    """What a file of more than 8 bits per channel holds, brought to 16.

    ``colour`` is uint16: (H, W) gray, (H, W, 3) RGB or (H, W, 4) CMYK as ``space`` says;
    ``alpha`` is (H, W) uint16 or None; ``notes`` tell what had to be stretched or left out.
    """

    colour: NDArray[np.uint16]
    space: Space
    alpha: NDArray[np.uint16] | None = None
    notes: tuple[str, ...] = ()


def turned(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn (H, W) or (H, W, C) pixels upright from an EXIF orientation 1..8.

    >>> turned(np.array([[1, 2], [3, 4]]), 6).tolist()
    [[3, 1], [4, 2]]
    """
    exchange, flip_rows, flip_columns = _UPRIGHT[orientation]
    result = np.swapaxes(pixels, 0, 1) if exchange else pixels
    rows, columns = (slice(None, None, -1 if flip else 1) for flip in (flip_rows, flip_columns))
    return np.ascontiguousarray(result[rows, columns])


def to_sixteen_bits(values: NDArray[Any], bits: int) -> tuple[NDArray[np.uint16], str | None]:
    """Bring samples of any number type to 0..65535, with a note where white had to be guessed.

    Unsigned whole numbers of up to 16 bits have 2**bits - 1 for white. Floats keep their tones
    if they lie in 0..1; everything else is stretched from its least to its greatest value. NaN
    and infinities become black and white.
    """
    if values.dtype.kind == "u" and bits <= 16:
        if bits == 16:
            return values.astype(np.uint16, copy=False), None
        scaled = np.minimum(values, 2**bits - 1) * (WHITE / (2**bits - 1))
        return np.rint(scaled).astype(np.uint16), None
    is_float = values.dtype.kind == "f"
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if is_float and low >= 0 and high <= 1:
        low, high, note = 0.0, 1.0, "float samples brought to 16 bits"
    else:
        kind = "float" if is_float else f"{bits}-bit"
        note = f"{kind} samples from {low:g} to {high:g} stretched to 16 bits"
    span = high - low if high > low else 1.0
    with np.errstate(over="ignore", invalid="ignore"):  # damaged floats reach the end of the range
        scaled = (values.astype(np.float64) - low) / span
    scaled = np.nan_to_num(scaled, nan=0.0, posinf=1, neginf=0)
    return np.rint(np.clip(scaled, 0, 1) * WHITE).astype(np.uint16), note


def from_channels(
    pixels: NDArray[np.uint16], space: Space, *, notes: tuple[str, ...] = ()
) -> Samples:
    """Part (H, W) or (H, W, C) pixels into colour and alpha, which is the channel that follows.

    Raises:
        ValueError: there are fewer channels than the space needs.
    """
    if pixels.ndim == 2:
        pixels = pixels[..., np.newaxis]
    count, needed = pixels.shape[2], _CHANNELS[space]
    if count < needed:
        raise ValueError(f"{count} channels in a picture of {space}")
    colour = pixels[..., 0] if space == "L" else pixels[..., :needed]
    alpha = np.ascontiguousarray(pixels[..., needed]) if count > needed else None
    return Samples(np.ascontiguousarray(colour), space, alpha, notes)


def unmultiplied(samples: Samples) -> Samples:
    """Divide colour by the alpha that it was multiplied with."""
    if samples.alpha is None:
        return samples
    alpha = samples.alpha.astype(np.float64)
    alpha[alpha == 0] = WHITE
    if samples.space != "L":
        alpha = alpha[..., np.newaxis]
    colour = np.minimum(np.rint(samples.colour * (WHITE / alpha)), WHITE).astype(np.uint16)
    return Samples(colour, samples.space, samples.alpha, samples.notes)
