"""Photographs as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tomau.server.choices import ChoiceSerializer, FiniteFloatField
from tomau.server.photos.models import Photo


class VersionSerializer(serializers.Serializer[Any]):
    """A photograph in colour, and how it was made."""

    id = serializers.UUIDField()
    photo = serializers.UUIDField(source="photo_id")
    settings = ChoiceSerializer()
    created = serializers.DateTimeField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    format = serializers.CharField()
    bytes = serializers.IntegerField()
    seconds = serializers.FloatField()


class PhotoSerializer(serializers.Serializer[Any]):
    """An uploaded picture with its versions."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Photo.Kind.choices)
    width = serializers.IntegerField(help_text="pixels, upright")
    height = serializers.IntegerField(help_text="pixels, upright")
    bytes = serializers.IntegerField()
    format = serializers.CharField()
    created = serializers.DateTimeField()
    expires = serializers.DateTimeField(allow_null=True)
    versions = VersionSerializer(many=True)


class UploadSerializer(serializers.Serializer[Any]):
    """A file, and what it is for."""

    file = serializers.FileField(max_length=10_000, allow_empty_file=True)
    kind = serializers.ChoiceField(choices=Photo.Kind.choices, default=Photo.Kind.PHOTO)


class PhotoFilterSerializer(serializers.Serializer[Any]):
    """Which photographs are listed."""

    kind = serializers.ChoiceField(choices=Photo.Kind.choices, required=False)


class SideSerializer(serializers.Serializer[Any]):
    """How large a picture for looking at is to be."""

    side = serializers.IntegerField(
        min_value=16, max_value=16384, default=1600, help_text="long side in pixels, at most"
    )


class PictureFilterSerializer(serializers.Serializer[Any]):
    """The whole file, or a picture for looking at."""

    view = serializers.IntegerField(
        min_value=16, max_value=16384, required=False, help_text="long side in pixels, at most"
    )


class PlaceSerializer(serializers.Serializer[Any]):
    """A place in the upright original, in pixels, and who is asked."""

    x = FiniteFloatField(min_value=0)
    y = FiniteFloatField(min_value=0)
    model = serializers.CharField(default="default", max_length=255)
    size = serializers.IntegerField(min_value=32, max_value=1024, default=None, allow_null=True)


class PlausibleColorSerializer(serializers.Serializer[Any]):
    """A colour that a place may have."""

    color = serializers.CharField(help_text="#rrggbb")
    share = serializers.FloatField(help_text="0..1, how likely")


class SuggestionSerializer(serializers.Serializer[Any]):
    """Colours that a place may have, the likeliest first."""

    colors = PlausibleColorSerializer(many=True)


def suggestion_json(found: Any) -> dict[str, Any]:
    """Suggestions of the edits as JSON."""
    colors = [
        {"color": "#{:02x}{:02x}{:02x}".format(*one.rgb), "share": round(one.share, 4)}
        for one in found
    ]
    return {"colors": colors}
