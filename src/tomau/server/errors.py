"""The one shape of every error: ``{"error": {"code", "message", "fields"}}``.

A message is one sentence: what came, what was expected, what to do.
"""

from __future__ import annotations

import errno
import logging
import sys
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from tomau.errors import (
    FilmReadError,
    FilmWriteError,
    ImageReadError,
    ImageWriteError,
    MissingExtraError,
    ModelError,
    TomauError,
    UsageError,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logging.getLogger("tomau.server")

_FULL = {errno.ENOSPC, errno.EDQUOT}


class ApiError(Exception):
    """What a service refuses: an HTTP status, a code for programs, a sentence for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        fields: dict[str, list[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        """Join what is answered; ``retry_after`` is in seconds."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.fields = fields
        self.retry_after = retry_after


def not_found(what: str) -> ApiError:
    """The error of something that is not there, or belongs to somebody else."""
    return ApiError(404, "not_found", f"there is no such {what}; it may have been deleted")


def body(code: str, message: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The JSON of an error."""
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = fields
    return {"error": error}


def handle(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view (REST framework's ``EXCEPTION_HANDLER``)."""
    known = as_api_error(error)
    if known is None:
        return None
    headers = {} if known.retry_after is None else {"Retry-After": str(known.retry_after)}
    if known.status == 401:
        headers["WWW-Authenticate"] = "Session"
    return Response(
        body(known.code, str(known), known.fields), status=known.status, headers=headers
    )


def as_api_error(error: BaseException) -> ApiError | None:
    """What an exception means for the one who asked; None for one that nobody foresaw."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, TomauError):
        return _of_tomau(error)
    if isinstance(error, exceptions.APIException):
        return _of_rest_framework(error)
    if isinstance(error, Http404):
        return ApiError(404, "not_found", "there is nothing at this address; see /api/docs")
    if isinstance(error, PermissionDenied):
        return ApiError(403, "forbidden", "this is not yours to do; ask a member of staff")
    if isinstance(error, (RequestDataTooBig, TooManyFilesSent)):
        return ApiError(413, "too_large", "the request is too large; send fewer or smaller parts")
    if isinstance(error, (OperationalError, InterfaceError)):
        log.error("the database cannot be used: %s", error)
        return ApiError(
            503,
            "database_unavailable",
            "the database cannot be reached at the moment; try again soon",
            retry_after=5,
        )
    if isinstance(error, OSError) and error.errno in _FULL:
        log.error("the disk is full: %s", error)
        return ApiError(
            507, "storage_full", "the server's disk is full; delete photographs and try again"
        )
    return None


def _of_tomau(error: TomauError) -> ApiError:
    message = " ".join(str(error).split())
    if isinstance(error, ImageReadError):
        return ApiError(400, "invalid_image", message)
    if isinstance(error, FilmReadError):
        return ApiError(400, "invalid_film", message)
    if isinstance(error, (UsageError, ImageWriteError, FilmWriteError)):
        return ApiError(400, "invalid", message)
    log.error("%s", message)
    if isinstance(error, MissingExtraError):
        return ApiError(501, "not_installed", message)
    if isinstance(error, ModelError):
        return ApiError(503, "model_failed", message, retry_after=10)
    return ApiError(500, "server_error", message)


def _of_rest_framework(error: exceptions.APIException) -> ApiError:
    if isinstance(error, exceptions.ValidationError):
        fields = flat_fields(error.detail)
        name, reasons = next(iter(fields.items()))
        return ApiError(400, "invalid", f"{name}: {reasons[0]}", fields=fields)
    if isinstance(error, exceptions.Throttled):
        wait = max(1, round(getattr(error, "wait", None) or 1))
        message = f"too many requests came; wait {wait} s and try again"
        return ApiError(429, "throttled", message, retry_after=wait)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "invalid"
    return ApiError(error.status_code, code, str(error.detail))


def flat_fields(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten REST framework's nested reasons: ``hints.0.color`` -> sentences."""
    if isinstance(detail, dict):
        items = [(str(key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(part, (dict, list)) for part in detail):
        items = [(str(index), value) for index, value in enumerate(detail)]
    else:
        reasons = detail if isinstance(detail, list) else [detail]
        return {prefix or "request": [str(reason) for reason in reasons]} if reasons else {}
    found: dict[str, list[str]] = {}
    for key, value in items:
        found |= flat_fields(value, f"{prefix}.{key}" if prefix else key)
    return found


def _plain(error: ApiError) -> JsonResponse:
    response = JsonResponse(body(error.code, str(error), error.fields), status=error.status)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def bad_request(_request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer what Django itself refuses (``handler400``)."""
    known = as_api_error(exception)
    text = "the request cannot be understood; see /api/docs"
    return _plain(known or ApiError(400, "bad_request", text))


def page_not_found(_request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer an address at which there is nothing (``handler404``)."""
    del exception
    return _plain(ApiError(404, "not_found", "there is nothing at this address; see /api/docs"))


def permission_denied(_request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer what is not allowed (``handler403``)."""
    known = as_api_error(exception)
    return _plain(known or ApiError(403, "forbidden", "this is not yours to do"))


def server_error(_request: HttpRequest) -> JsonResponse:
    """Answer what went wrong outside of a view, or was not foreseen (``handler500``)."""
    error = sys.exc_info()[1]
    known = None if error is None else as_api_error(error)
    text = "something went wrong here, and was written to the log; try again"
    return _plain(known or ApiError(500, "server_error", text))


def csrf_failed(_request: HttpRequest, reason: str = "") -> JsonResponse:
    """Answer a request that a foreign page may have sent (``CSRF_FAILURE_VIEW``)."""
    return _plain(ApiError(403, "csrf_failed", csrf_sentence(reason)))


def csrf_sentence(reason: str) -> str:
    """The sentence of a refused request."""
    return (
        f"the request may come from another site ({reason.rstrip('.')}); expected the cookie "
        "csrftoken repeated in the header X-CSRFToken: load the page again"
    )
