"""Resolution as EXIF and TIFF tags write it."""

from __future__ import annotations

from typing import Any

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

_INCH, _CENTIMETRE = 2, 3
_PER_INCH = {_INCH: 1.0, _CENTIMETRE: 2.54}
_PRECISION = 1000


def exif_resolution(tags: Image.Exif) -> tuple[float, float] | None:
    """Horizontal and vertical pixels per inch of the file as it lies; None if none is told."""
    unit = tags.get(ExifTags.Base.ResolutionUnit, _INCH)
    per_inch = _PER_INCH.get(unit) if isinstance(unit, int) else None
    across = _number(tags.get(ExifTags.Base.XResolution))
    down = _number(tags.get(ExifTags.Base.YResolution))
    if per_inch is None or across is None or down is None:
        return None
    return across * per_inch, down * per_inch


def exif_with_resolution(exif: bytes | None, dpi: tuple[float, float]) -> bytes | None:
    """An EXIF block that tells the resolution, for formats that have no other place for it.

    A block that tells one already stays as it is, and so does a damaged one.
    """
    try:
        tags = Image.Exif()
        tags.load(exif or b"")
        if exif_resolution(tags) is not None:
            return exif
        across, down = (IFDRational(round(value * _PRECISION), _PRECISION) for value in dpi)
        tags[ExifTags.Base.XResolution], tags[ExifTags.Base.YResolution] = across, down
        tags[ExifTags.Base.ResolutionUnit] = _INCH
        return tags.tobytes()
    except Exception:  # Pillow's parser answers damaged blocks with any kind of error
        return exif


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
