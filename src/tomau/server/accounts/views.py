"""``/api/v1/session``."""

from __future__ import annotations

from typing import Any

from django.middleware.csrf import get_token
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tomau.server.accounts import services
from tomau.server.accounts.authentication import refuse_forgery
from tomau.server.accounts.selectors import session_facts
from tomau.server.accounts.serializers import LoginSerializer, SessionSerializer
from tomau.server.schema import errors


def _session(user: Any) -> Response:
    known = user if user and user.is_authenticated else None
    return Response(SessionSerializer(session_facts(known)).data)


class SessionView(APIView):
    """Who is logged in, and what the server is like."""

    permission_classes = (AllowAny,)

    def get_throttles(self) -> list[Any]:
        """Count logins apart, so that passwords cannot be tried one after another."""
        self.throttle_scope = "login" if self.request.method == "POST" else ""
        return list(super().get_throttles())

    @extend_schema(operation_id="session_get", responses={200: SessionSerializer})
    def get(self, request: Request) -> Response:
        """Tell who is logged in; sets the CSRF cookie."""
        get_token(request._request)
        return _session(request.user)

    @extend_schema(
        operation_id="session_begin",
        request=LoginSerializer,
        responses={200: SessionSerializer, **errors(400, 403, 429)},
    )
    def post(self, request: Request) -> Response:
        """Log in by name and password, or by the start-up token."""
        refuse_forgery(request)
        asked = LoginSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        plain = request._request
        if "token" in given:
            services.log_in_by_token(plain, given["token"])
        else:
            services.log_in(plain, given["username"], given["password"])
        return _session(plain.user)

    @extend_schema(
        operation_id="session_end",
        responses={204: OpenApiResponse(description="logged out"), **errors(403)},
    )
    def delete(self, request: Request) -> Response:
        """Log out."""
        refuse_forgery(request)
        services.log_out(request._request)
        return Response(status=204)
