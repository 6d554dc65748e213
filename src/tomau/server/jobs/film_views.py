"""``/api/v1/films``: a film goes in and becomes a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tomau.server import answers, files
from tomau.server.choices import as_json
from tomau.server.errors import ApiError
from tomau.server.jobs import selectors
from tomau.server.jobs.films import add_film
from tomau.server.jobs.serializers import FilmUploadSerializer, JobSerializer
from tomau.server.jobs.views import answer
from tomau.server.requests import asked, person
from tomau.server.schema import errors

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import FileResponse

_MEDIA_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".mkv": "video/x-matroska"}


class FilmsView(APIView):
    """Films of the person who asks."""

    parser_classes = (MultiPartParser,)
    throttle_scope = "upload"

    @extend_schema(
        operation_id="films_upload",
        request={"multipart/form-data": FilmUploadSerializer},
        responses={
            202: JobSerializer,
            **errors(400, 401, 403, 409, 413, 415, 429, 501, 503, 507),
        },
    )
    def post(self, request: Request) -> Response:
        """Upload a film, which becomes a job; what it is tells its content, not its name."""
        given = asked(FilmUploadSerializer, request.data)
        return answer(add_film(person(request), given["film"], as_json(given["choice"])))


class FilmView(APIView):
    """A film in colour."""

    @extend_schema(
        operation_id="job_film",
        responses={(200, "video/*"): OpenApiTypes.BINARY, **errors(401, 404, 409)},
    )
    def get(self, request: Request, job: UUID) -> FileResponse:
        """Download the film in colour."""
        found = selectors.job_of(person(request), job)
        film = selectors.film_of(found)
        if film is None:
            raise ApiError(409, "no_film", "the job is of photographs; expected one of a film")
        if film.result_bytes is None:
            raise ApiError(409, "not_finished", f"the film is {found.state}; expected a job done")
        stem = film.name.rpartition(".")[0] or film.name
        kind = _MEDIA_TYPES.get(film.result_suffix, "application/octet-stream")
        name = f"{stem}.color{film.result_suffix}"
        return answers.attachment(files.film_result(found.id), name, kind)
