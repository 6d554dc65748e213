"""How often one person may ask, by what is asked: counted once for all web processes."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle

from tomau.server.accounts.visits import count_visit

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class SharedThrottle(SimpleRateThrottle):
    """Counts in the database, which all web processes share."""

    def __init__(self) -> None:
        """Wait for the request: only it knows the rate."""

    def count(self, scope: str, ident: object) -> bool:
        """Count a request of somebody and tell whether it is still within the scope's rate."""
        self.scope, self._seconds = scope, 0.0
        most, duration = self.parse_rate(self.get_rate())
        if most is None or duration is None:  # the scope has no limit
            return True
        self._seconds = count_visit(f"{scope}/{ident}", most, duration, time.time())
        return self._seconds == 0

    def wait(self) -> float:
        """Seconds until a request is within the rate again."""
        return math.ceil(self._seconds)


class PersonThrottle(SharedThrottle):
    """Counts the requests of a person, or of an address where nobody is logged in.

    A view names its own count by ``throttle_scope`` (see ``DEFAULT_THROTTLE_RATES``). On this
    machine alone nothing is counted: nobody is to be protected from anybody there.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a request and tell whether it is still within the rate."""
        if settings.OPTIONS.is_open:
            return True
        known = bool(request.user and request.user.is_authenticated)
        scope = getattr(view, "throttle_scope", None) or ("user" if known else "anon")
        return self.count(scope, request.user.pk if known else self.get_ident(request))
