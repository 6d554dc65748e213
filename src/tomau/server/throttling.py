"""How often one person may ask, by what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class PersonThrottle(SimpleRateThrottle):
    """Counts the requests of a person, or of an address where nobody is logged in.

    A view names its own count by ``throttle_scope`` (see ``DEFAULT_THROTTLE_RATES``). On this
    machine alone nothing is counted: nobody is to be protected from anybody there.
    """

    def __init__(self) -> None:
        """Wait for the view: only it knows the rate."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a request and tell whether it is still within the rate."""
        if settings.OPTIONS.is_open:
            return True
        known = bool(request.user and request.user.is_authenticated)
        self.scope = getattr(view, "throttle_scope", None) or ("user" if known else "anon")
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return bool(super().allow_request(request, view))

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Name of a person's, or an address's, count."""
        del view
        known = request.user and request.user.is_authenticated
        ident = request.user.pk if known else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}
