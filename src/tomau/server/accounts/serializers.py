"""Sessions as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class PersonSerializer(serializers.Serializer[Any]):
    """Who is logged in."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="username")
    is_staff = serializers.BooleanField()


class LimitsSerializer(serializers.Serializer[Any]):
    """What an upload may be."""

    max_bytes = serializers.IntegerField()
    max_pixels = serializers.IntegerField()
    max_files = serializers.IntegerField()
    max_film_bytes = serializers.IntegerField(help_text="0 where films cannot be coloured")


class SessionSerializer(serializers.Serializer[Any]):
    """What the page has to know before it shows anything."""

    mode = serializers.ChoiceField(choices=["single", "multi"])
    user = PersonSerializer(allow_null=True)
    needs = serializers.ChoiceField(choices=["login", "token"], allow_null=True)
    version = serializers.CharField()
    limits = LimitsSerializer()
    languages = serializers.ListField(child=serializers.CharField())


class LoginSerializer(serializers.Serializer[Any]):
    """Name and password, or the start-up token."""

    username = serializers.CharField(required=False, max_length=150)
    password = serializers.CharField(required=False, max_length=1000, trim_whitespace=False)
    token = serializers.CharField(required=False, max_length=1000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that one of the two came, and the whole of it."""
        if "token" not in attrs and not {"username", "password"} <= attrs.keys():
            raise serializers.ValidationError(
                "neither username and password nor a token came; expected one of the two"
            )
        return attrs
