"""Who answers a survey: a browser that carries a signed cookie, and nothing more."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings

from tomau.server.errors import ApiError
from tomau.server.throttling import SharedThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.views import APIView

COOKIE = "tomau_rater"
_SALT = "tomau.rater"
_YEAR = 365 * 24 * 3600
_PATH = "/api/v1/surveys"


def known_browser(request: Request) -> uuid.UUID | None:
    """The browser's number; None where it has no cookie, or one that we did not sign."""
    signed = request._request.get_signed_cookie(COOKIE, default=None, salt=_SALT, max_age=_YEAR)
    return None if signed is None else uuid.UUID(signed)


def require_browser(request: Request) -> uuid.UUID:
    """The browser's number.

    Raises:
        ApiError: it has no cookie of ours, so that a second vote could not be told from a first.
    """
    browser = known_browser(request)
    if browser is None:
        raise ApiError(
            400,
            "no_rater",
            "a vote came without the rater's cookie; expected the one that the survey sets: allow "
            "cookies and open the survey's link again",
        )
    return browser


def remember(response: Response, browser: uuid.UUID) -> None:
    """Give a browser its number, for a year."""
    response.set_signed_cookie(
        COOKIE,
        str(browser),
        salt=_SALT,
        max_age=_YEAR,
        path=_PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


class RaterThrottle(SharedThrottle):
    """Counts the requests of one rater, not those of a class behind one address.

    Who has no cookie yet is counted by address, generously.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a request and tell whether it is still within the rate."""
        del view
        if settings.OPTIONS.is_open:
            return True
        browser = known_browser(request)
        scope = "raters" if browser is None else "rater"
        return self.count(scope, browser or self.get_ident(request))
