"""Files as answers: types told, never sniffed by browsers, never shown as pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from rest_framework.negotiation import BaseContentNegotiation

from tomau.server.coloring import look_type
from tomau.server.errors import ApiError

if TYPE_CHECKING:
    from rest_framework.request import Request

_FOR_EVER = "private, max-age=31536000, immutable"  # ids are never used twice


class OneKind(BaseContentNegotiation):
    """Answers what there is, whatever ``Accept`` says: pictures as pictures, the rest as JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Choose by the type of the request's body."""
        from rest_framework.negotiation import DefaultContentNegotiation

        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """Choose the only one."""
        del request, format_suffix
        return renderers[0], renderers[0].media_type


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
