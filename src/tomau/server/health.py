"""``/healthz``: whether this process can do its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tomau import __version__
from tomau.server.errors import body

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 if the database can be asked, else 503."""
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        connection.close()
        sentence = "the database cannot be reached at the moment; try again soon"
        answer = JsonResponse(body("database_unavailable", sentence), status=503)
        answer["Retry-After"] = "5"
        return answer
    return JsonResponse({"status": "ok", "version": __version__})
