"""Lists by pages: ``{"count", "next", "previous", "results"}``."""

from __future__ import annotations

from rest_framework.pagination import LimitOffsetPagination


class Pages(LimitOffsetPagination):
    """``?limit=50&offset=100``; at most 500 at once."""

    default_limit = 50
    max_limit = 500
