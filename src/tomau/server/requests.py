"""What views take out of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.serializers import Serializer

    from tomau.server.accounts.models import User


def person(request: Request) -> User:
    """Who asks; the permission classes have made sure that it is somebody."""
    return cast("User", request.user)


def asked(kind: type[Serializer[Any]], given: Any) -> dict[str, Any]:
    """What was asked for, checked.

    Raises:
        ValidationError: a field cannot be used.
    """
    serializer = kind(data=given)
    serializer.is_valid(raise_exception=True)
    return cast("dict[str, Any]", serializer.validated_data)
