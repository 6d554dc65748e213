"""Files as answers: types told, never sniffed by browsers, never shown as pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from rest_framework.views import APIView

from tomau.server.errors import ApiError
from tomau.server.media import look_type

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_FOR_EVER = "private, max-age=31536000, immutable"  # ids are never used twice


class PassingView(APIView):
    """A view that lets go of its answer once it has given it.

    REST framework ties a view, its request and its answer into a ring, which waits for Python's
    collector; pictures of some hundred requests would wait with it.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request."""
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            self.__dict__.pop("response", None)


def attachment(place: str, name: str, media_type: str) -> FileResponse:
    """A stored file for keeping, under a name for people.

    Raises:
        ApiError: it is not there.
    """
    try:
        stream = default_storage.open(place)
    except FileNotFoundError as error:
        raise ApiError(404, "not_found", "the file is gone; it may have been deleted") from error
    answer = FileResponse(stream, as_attachment=True, filename=name, content_type=media_type)
    answer["Cache-Control"] = _FOR_EVER
    return answer


def look(content: bytes) -> HttpResponse:
    """A picture for looking at, which may be kept by the browser."""
    answer = HttpResponse(content, content_type=look_type(content))
    answer["Cache-Control"] = _FOR_EVER
    return answer


def passing(content: bytes, media_type: str) -> HttpResponse:
    """A picture that nobody keeps."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Cache-Control"] = "no-store"
    return answer
