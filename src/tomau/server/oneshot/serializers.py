"""What scripts send, as multipart form data."""

from __future__ import annotations

import json
from typing import Any

from rest_framework import serializers

from tomau.edits.coloring import LEAST_REACH, MOST_REACH
from tomau.imaging import find_format
from tomau.server.catalog import DEFAULT
from tomau.server.choices import ChoiceSerializer, FiniteFloatField


class HintsField(serializers.CharField):
    """JSON: a list of hints, or an object with ``hints`` and ``strokes``."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the text as JSON."""
        text = super().to_internal_value(data)
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            raise serializers.ValidationError(
                'this is not JSON; expected [{"x": 120, "y": 340, "color": "#c03028"}]'
            ) from None
        if isinstance(read, list):
            return {"hints": read}
        if isinstance(read, dict):
            return {key: read[key] for key in ("hints", "strokes") if key in read}
        raise serializers.ValidationError("expected a list of hints, or an object with strokes")


class OneShotSerializer(serializers.Serializer[Any]):
    """A picture, and how it is to be coloured."""

    image = serializers.FileField(allow_empty_file=True, max_length=10_000)
    model = serializers.CharField(default=DEFAULT, max_length=255)
    size = serializers.IntegerField(min_value=32, max_value=1024, required=False)
    strength = FiniteFloatField(min_value=0, max_value=3, default=1.0)
    hints = HintsField(required=False, max_length=4_000_000, help_text="JSON")
    scribbles = serializers.FileField(
        required=False,
        allow_empty_file=True,
        max_length=10_000,
        help_text="PNG, painted on a transparent layer of the picture's size",
    )
    reference = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, max_length=10_000),
        required=False,
        max_length=8,
        help_text="pictures whose colours are taken over",
    )
    exact = serializers.BooleanField(default=False)
    reach = FiniteFloatField(min_value=LEAST_REACH, max_value=MOST_REACH, default=1.0)
    format = serializers.CharField(
        required=False, max_length=16, help_text="jpg, png, webp, tif, avif, ...; the picture's own"
    )

    def validate_format(self, name: str) -> str:
        """Take formats that can be written."""
        known = find_format(name)
        if known is None or not known.writable:
            raise serializers.ValidationError(f"{name!r} cannot be written; expected jpg, png, ...")
        return known.name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the settings by the same rules as everywhere."""
        given = {name: attrs[name] for name in ("model", "size", "strength", "exact", "reach")
                 if name in attrs}  # fmt: skip
        choice = ChoiceSerializer(data={**given, **attrs.get("hints", {})})
        choice.is_valid(raise_exception=True)
        return {**attrs, "choice": choice.validated_data}


class ImageSerializer(serializers.Serializer[Any]):
    """A picture, as in the study."""

    image = serializers.FileField(allow_empty_file=True, max_length=10_000)


class SuggestSerializer(serializers.Serializer[Any]):
    """A picture and a place in it, in pixels of the upright picture."""

    image = serializers.FileField(allow_empty_file=True, max_length=10_000)
    x = FiniteFloatField(min_value=0)
    y = FiniteFloatField(min_value=0)
    model = serializers.CharField(default=DEFAULT, max_length=255)
    size = serializers.IntegerField(
        min_value=32, max_value=1024, required=False, allow_null=True, default=None
    )


class ModelSerializer(serializers.Serializer[Any]):
    """A model that can be chosen."""

    name = serializers.CharField()
    title = serializers.CharField()
    is_default = serializers.BooleanField()
    takes_hints = serializers.BooleanField()
    size = serializers.IntegerField(help_text="short side in pixels of what it sees by default")
    description = serializers.CharField()
