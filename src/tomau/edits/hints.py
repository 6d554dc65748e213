"""Colour hints as a person gives them: points, strokes, and paint on a transparent picture."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, TypeVar

import numpy as np
from PIL import Image, ImageColor, ImageDraw, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tomau.color import srgb_to_lab
from tomau.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction

    Rgb = tuple[int, int, int]

_POINT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*=\s*(\S+)\s*")
_RADIUS_SHARE = 0.012  # of the short side: a 7x7 patch at 256, as in training
_OPAQUE = 128
_FINER = 4  # strokes are drawn this much larger, then reduced


@dataclass(frozen=True)
class Stroke:
    """A line of one colour through one or more points.

    Attributes:
        points: x and y in pixels of the upright picture, from its upper left corner.
        color: sRGB, 0..255; its a* and b* are taken, the picture keeps its own light.
        radius: half the width in pixels; None is 1.2 % of the picture's short side.
    """

    points: tuple[tuple[float, float], ...]
    color: Rgb
    radius: float | None = None


@dataclass(frozen=True)
class Hints:
    """All that a person painted on a picture: an `Edit` of what a network said of it.

    >>> import tomau
    >>> hints = tomau.Hints.parse(640, 480, "120,340=#2f6b3c")      # doctest: +SKIP
    >>> tomau.colorize("photo.jpg", edit=hints).save("new.jpg")     # doctest: +SKIP

    Attributes:
        width: of the picture that the hints are for, in pixels.
        height: the same.
        strokes: lines and points; later ones cover earlier ones.
        paint: (height, width, 4) uint8 RGBA, under the strokes; transparent where nothing is.
        exact: as `tomau.edits.coloring.hinted_ab` says.
        reach: the same.
    """

    width: int
    height: int
    strokes: tuple[Stroke, ...] = ()
    paint: NDArray[np.uint8] | None = None
    exact: bool = False
    reach: float = 1.0

    @classmethod
    def parse(
        cls, width: int, height: int, *points: str, exact: bool = False, reach: float = 1.0
    ) -> Hints:
        """Read points such as ``120,340=#c03028`` for a picture of ``width`` x ``height``.

        Raises:
            UsageError: one cannot be read, or lies outside the picture.
        """
        strokes = tuple(parse_hint(text) for text in points)
        return cls(width, height, strokes, exact=exact, reach=reach)

    def __call__(self, prediction: Prediction, height: int, width: int) -> Prediction:
        """Correct a prediction for a picture of ``height`` x ``width`` pixels.

        Raises:
            UsageError: that is not the size of the hints' picture, or the reach is out of range.
            MissingExtraError: the solver is needed and not installed.
        """
        if (width, height) != (self.width, self.height):
            raise UsageError(
                f"hints for a picture of {self.width}x{self.height} came with one of "
                f"{width}x{height}; expected the same size"
            )
        from tomau.edits.coloring import hinted_ab

        ab = hinted_ab(prediction, self, exact=self.exact, reach=self.reach)
        return replace(prediction, ab=ab)

    def __post_init__(self) -> None:
        for stroke in self.strokes:
            for x, y in stroke.points:
                if not (0 <= x < self.width and 0 <= y < self.height):
                    raise UsageError(
                        f"a hint at {x:g},{y:g} came for a picture of {self.width}x{self.height}; "
                        f"expected x in 0..{self.width - 1} and y in 0..{self.height - 1}"
                    )
        if self.paint is not None and self.paint.shape != (self.height, self.width, 4):
            rows, columns = self.paint.shape[:2]
            raise UsageError(
                f"scribbles of {columns}x{rows} came for a picture of {self.width}x{self.height}; "
                "expected the same size: paint on a transparent layer over the photograph"
            )

    def planes(self, height: int, width: int) -> NDArray[np.float32]:
        """Draw the hints at working size: (height, width, 3), ab times mask, mask 0 or 1.

        A cell that is touched is marked, by the mean of what touches it: a thin stroke must not
        be lost.
        """
        painted, ab = self._drawn(height * _FINER, width * _FINER, _FINER / 2)
        rows, columns = np.nonzero(painted)
        cell = rows // _FINER * width + columns // _FINER
        count = np.bincount(cell, minlength=height * width)
        sums = [np.bincount(cell, ab[:, k], height * width) for k in range(2)]
        planes = np.stack((*sums, count), axis=1) / np.maximum(count, 1)[:, np.newaxis]
        return planes.reshape(height, width, 3).astype(np.float32)

    def pixels(self, height: int, width: int) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Tell which pixels the hints cover at a size, and their ab.

        Returns:
            (height, width), and for each pixel that is set, row by row, its ab, (n, 2).
        """
        return self._drawn(height, width, 0.5)

    def _drawn(
        self, height: int, width: int, least: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Draw at a size, no stroke with a radius under ``least`` pixels of it."""
        rgba = np.zeros((height, width, 4), np.uint8)
        if self.paint is not None:
            rgba = _resized_paint(self.paint, width, height)
        if self.strokes:
            rgba = self._stroked(rgba, least)
        painted = rgba[..., 3] >= _OPAQUE
        rgb = rgba[painted][np.newaxis, :, :3].astype(np.float32) / 255
        return painted, srgb_to_lab(rgb)[0, :, 1:]

    def _stroked(self, rgba: NDArray[np.uint8], least: float) -> NDArray[np.uint8]:
        canvas = Image.fromarray(rgba)
        pen = ImageDraw.Draw(canvas)
        scale = rgba.shape[1] / self.width
        for stroke in self.strokes:
            usual = _RADIUS_SHARE * min(self.width, self.height)
            radius = max((usual if stroke.radius is None else stroke.radius) * scale, least)
            # To the pen, the middle of a pixel is a whole number.
            middles = np.multiply(np.add(stroke.points, 0.5), scale) - 0.5
            points = [(float(x), float(y)) for x, y in middles]
            color = (*stroke.color, 255)
            pen.line(points, fill=color, width=round(2 * radius), joint="curve")
            pen.point([round(place) for pair in points for place in pair], fill=color)
            for x, y in points:
                box = x - radius + 0.5, y - radius + 0.5, x + radius - 0.5, y + radius - 0.5
                # Its last row and column count in; fractions would be cut off.
                pen.ellipse([round(side) for side in box], fill=color)
        return np.array(canvas)


def _resized_paint(rgba: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize paint so that the thinnest line is still there, in its own colour."""
    painted = (rgba[..., 3] >= _OPAQUE).astype(np.float32)
    share, *color = (
        np.asarray(Image.fromarray(plane).resize((width, height), Image.Resampling.BOX))
        for plane in (painted, *(rgba[..., k] * painted for k in range(3)))
    )
    rgb = np.stack(color, axis=2) / np.maximum(share, 1e-6)[..., np.newaxis]
    return np.dstack((np.rint(rgb), np.where(share > 0, 255, 0))).clip(0, 255).astype(np.uint8)


def parse_color(text: str) -> Rgb:
    """Read a colour such as ``#c03028``, ``rgb(192, 48, 40)`` or ``brown``.

    Raises:
        UsageError: it is none.
    """
    try:
        color = ImageColor.getrgb(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a colour; expected one such as #c03028, rgb(192,48,40) or brown"
        ) from None
    return color[0], color[1], color[2]


def parse_hint(text: str) -> Stroke:
    """Read a point and its colour, ``120,340=#c03028``: x, y, in pixels from the upper left.

    Raises:
        UsageError: it is not of that form.
    """
    match = _POINT.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text!r} is not a hint; expected x,y=colour in pixels, such as 120,340=#c03028"
        )
    x, y, color = match.groups()
    return Stroke(((float(x), float(y)),), parse_color(color))


class _StrokeEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    points: Annotated[list[tuple[float, float]], Field(min_length=1)]
    color: str
    radius: Annotated[float, Field(gt=0)] | None = None


class _HintsFile(BaseModel):
    """What a file of hints holds: the size of its picture, and strokes."""

    model_config = ConfigDict(extra="forbid")

    width: Annotated[int, Field(ge=1)] | None = None
    height: Annotated[int, Field(ge=1)] | None = None
    strokes: Annotated[list[_StrokeEntry], Field(min_length=1)]


_Form = TypeVar("_Form", bound=BaseModel)


def read_form(path: Path, form: type[_Form], example: object) -> _Form:
    """Read a JSON file of hints of a form; ``example`` is shown to who has another one.

    Raises:
        UsageError: the file cannot be read, or is of another form.
    """
    try:
        return form.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}); expected a JSON file of hints"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(
            f"{path} is not valid at {where}: {first['msg']}; expected {json.dumps(example)}"
        ) from error


def read_hints(path: Path, width: int, height: int) -> tuple[Stroke, ...]:
    """Read strokes from a JSON file, made for a picture of ``width`` x ``height``.

    The file holds ``{"width": 640, "height": 480, "strokes": [{"points": [[120, 340]],
    "color": "#c03028", "radius": 4}]}``; width, height and radius may be left out.

    Raises:
        UsageError: the file cannot be read, is of another form, or is for another size.
    """
    example = {"strokes": [{"points": [[120, 340]], "color": "#c03028"}]}
    file = read_form(path, _HintsFile, example)
    made_for = (file.width or width, file.height or height)
    if made_for != (width, height):
        raise UsageError(
            f"{path} has strokes for a picture of {made_for[0]}x{made_for[1]}; expected "
            f"{width}x{height}, the size of this one"
        )
    return tuple(
        Stroke(tuple(entry.points), parse_color(entry.color), entry.radius)
        for entry in file.strokes
    )


def read_scribbles(path: Path) -> NDArray[np.uint8]:
    """Read paint on a transparent picture: (H, W, 4) uint8 RGBA.

    Raises:
        UsageError: it cannot be read, has no transparency, or nothing is painted on it.
    """
    try:
        with Image.open(path) as image:
            transparent = image.has_transparency_data
            rgba = np.array(image.convert("RGBA"))
    except (OSError, UnidentifiedImageError) as error:
        raise UsageError(
            f"{path} cannot be read as a picture; expected a PNG painted on a transparent layer"
        ) from error
    if not transparent:
        raise UsageError(
            f"{path} has no transparency; expected paint on a transparent layer, saved as PNG"
        )
    if not (rgba[..., 3] >= _OPAQUE).any():
        raise UsageError(
            f"{path} is empty; expected at least one painted pixel, at least half opaque"
        )
    return rgba
