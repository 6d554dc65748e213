"""Who sends a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.authentication import BaseAuthentication, CSRFCheck

from tomau.server.accounts.services import is_token, local_user
from tomau.server.errors import ApiError, csrf_sentence

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

    from tomau.server.accounts.models import User

_BEARER = "Bearer "
# A browser sends at least one of these with a request that another site's page makes it send.
_OF_BROWSERS = ("HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_REFERER", "HTTP_SEC_FETCH_SITE")


class Person(BaseAuthentication):
    """A session; or the start-up token as bearer; or the local person of this machine alone."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Find the person, and refuse what a foreign page made their browser send.

        Raises:
            ApiError: the request may be forged.
        """
        user = self._user(request)
        return None if user is None else (user, None)

    def _user(self, request: Request) -> User | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if header.startswith(_BEARER) and is_token(header.removeprefix(_BEARER).strip()):
            return local_user()
        # What came through a proxy came from elsewhere.
        if settings.OPTIONS.is_open and not request.META.get("HTTP_X_FORWARDED_FOR"):
            refuse_forgery(request)
            return local_user()
        known: User | None = getattr(request._request, "user", None)
        if known is None or not known.is_authenticated or not known.is_active:
            return None
        refuse_forgery(request)
        return known

    def authenticate_header(self, request: Request) -> str:
        """Let a request without a person be answered by 401."""
        del request
        return "Session"


def refuse_forgery(request: Request) -> None:
    """Check the CSRF token of a request that a browser sent; scripts send no cookies of ours.

    Raises:
        ApiError: it lacks the token.
    """
    if not any(request.META.get(name) for name in _OF_BROWSERS):
        return
    check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]
    plain: HttpRequest = request._request
    check.process_request(plain)
    reason = check.process_view(plain, None, (), {})  # type: ignore[arg-type]
    if reason:
        raise ApiError(403, "csrf_failed", csrf_sentence(str(reason)))
