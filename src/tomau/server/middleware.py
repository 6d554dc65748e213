"""What is looked at before anything else of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import JsonResponse

from tomau.server.errors import body

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

FILMS_PATH = "/api/v1/films"
_BESIDE_THE_FILE = 4_000_000  # form fields, hints, the multipart's own lines


class RequestLimits:
    """Refuses a body that is too long by its announced length, before a byte of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Join the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 413, or what the rest of the chain answers."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        is_film = request.path == FILMS_PATH and request.method == "POST"
        options = settings.OPTIONS
        most = options.max_film_bytes if is_film else options.max_bytes
        if length > most + _BESIDE_THE_FILE:
            message = (
                f"a request of {length:,} bytes came; expected a file of at most "
                f"{most:,} bytes: make it smaller"
            )
            return JsonResponse(body("too_large", message), status=413)
        return self.get_response(request)
