"""The settings of a colouring as JSON, the same everywhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tomau.edits.coloring import LEAST_REACH, MOST_REACH
from tomau.edits.hints import Stroke, parse_color
from tomau.server import catalog
from tomau.server.coloring import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_STROKES, MOST_POINTS, MOST_REFERENCES = 2000, 20_000, 8
_LARGEST = 1_000_000  # pixels: no side is longer


class FiniteFloatField(serializers.FloatField):
    """A number that is neither infinite nor none at all."""

    def to_internal_value(self, data: Any) -> float:
        """Read it."""
        if isinstance(data, bool):
            self.fail("invalid")
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value


def _place() -> FiniteFloatField:
    return FiniteFloatField(min_value=0, max_value=_LARGEST)


def _radius() -> FiniteFloatField:
    return FiniteFloatField(
        min_value=0.1, max_value=_LARGEST, required=False, allow_null=True, default=None
    )


class ColorField(serializers.RegexField):
    """A colour, ``#rrggbb``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(r"^#[0-9a-fA-F]{6}$", **settings)


class HintSerializer(serializers.Serializer[Any]):
    """The colour of a place."""

    x = _place()
    y = _place()
    color = ColorField()
    radius = _radius()


class StrokeSerializer(serializers.Serializer[Any]):
    """A line of one colour."""

    points = serializers.ListField(
        child=serializers.ListField(child=_place(), min_length=2, max_length=2),
        min_length=1,
        max_length=MOST_POINTS,
    )
    color = ColorField()
    radius = _radius()


@extend_schema_serializer(component_name="Settings")
class ChoiceSerializer(serializers.Serializer[Any]):
    """How a photograph is coloured; coordinates are pixels of the upright original."""

    model = serializers.CharField(default=catalog.DEFAULT, max_length=255)
    size = serializers.IntegerField(
        min_value=32, max_value=1024, required=False, allow_null=True, default=None
    )
    strength = FiniteFloatField(min_value=0, max_value=3, default=1.0)
    hints = serializers.ListField(child=HintSerializer(), required=False, max_length=MOST_STROKES)
    strokes = serializers.ListField(
        child=StrokeSerializer(), required=False, max_length=MOST_STROKES
    )
    references = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_REFERENCES
    )
    exact = serializers.BooleanField(default=False)
    reach = FiniteFloatField(min_value=LEAST_REACH, max_value=MOST_REACH, default=1.0)

    def validate_model(self, name: str) -> str:
        """Take names only."""
        if not catalog.knows_model(name):
            raise serializers.ValidationError(
                f"no model is called {name!r}; expected one of those of /api/v1/models"
            )
        return name


def as_json(validated: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are kept and answered, complete."""
    return {
        "model": validated["model"],
        "size": validated["size"],
        "strength": validated["strength"],
        "hints": [dict(hint) for hint in validated.get("hints", ())],
        "strokes": [dict(stroke) for stroke in validated.get("strokes", ())],
        "references": [str(photo) for photo in validated.get("references", ())],
        "exact": validated["exact"],
        "reach": validated["reach"],
    }


def as_choice(
    kept: Mapping[str, Any], *, references: Sequence[bytes] = (), paint: bytes | None = None
) -> Choice:
    """Settings as the colouring takes them, from those that were kept."""
    strokes = [
        Stroke(
            tuple((float(x), float(y)) for x, y in entry["points"]),
            parse_color(entry["color"]),
            entry["radius"],
        )
        for entry in kept["strokes"]
    ]
    points = [
        Stroke(((hint["x"], hint["y"]),), parse_color(hint["color"]), hint["radius"])
        for hint in kept["hints"]
    ]
    return Choice(
        kept["model"], kept["size"], kept["strength"], (*strokes, *points),
        paint, tuple(references), kept["exact"],
        kept.get("reach", 1.0),  # versions of before know none
    )  # fmt: skip
