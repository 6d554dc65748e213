"""What the OpenAPI document says of every endpoint alike."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class ErrorDetailSerializer(serializers.Serializer[Any]):
    """What went wrong: a code for programs, a sentence for people, the fields if some are wrong."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class ErrorSerializer(serializers.Serializer[Any]):
    """The one shape of every error."""

    error = ErrorDetailSerializer()


_MEANINGS = {
    400: "what came cannot be used",
    401: "nobody is logged in",
    403: "not allowed, or perhaps sent by a foreign page",
    404: "not there, or not yours",
    409: "not possible in this state",
    413: "too large",
    415: "sent as a type that is not understood here",
    429: "too often",
    503: "busy or unavailable; the header Retry-After says when to try again",
    501: "needs packages that are not installed",
    507: "the disk is full",
}


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """Responses of the one error shape, by status."""
    return {
        status: OpenApiResponse(ErrorSerializer, description=_MEANINGS[status])
        for status in statuses
    }


PICTURE: dict[Any, Any] = {
    (200, "image/jpeg"): OpenApiTypes.BINARY,
    (200, "image/webp"): OpenApiTypes.BINARY,
}


class PersonScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How `Person` knows who asks, for the OpenAPI document."""

    target_class = "tomau.server.accounts.authentication.Person"
    name = ["session", "token"]  # noqa: RUF012

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """Tell of the cookie and of the start-up token."""
        del auto_schema
        return [
            {"type": "apiKey", "in": "cookie", "name": "tomau_session"},
            {"type": "http", "scheme": "bearer"},
        ]
