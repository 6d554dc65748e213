"""``/api/v1/jobs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tomau.server.choices import ChoiceSerializer, as_json
from tomau.server.errors import ApiError
from tomau.server.jobs import selectors, services
from tomau.server.jobs.results import zip_entries, zipped
from tomau.server.jobs.serializers import JobCreateSerializer, JobSerializer
from tomau.server.photos.selectors import reference_files, several_of
from tomau.server.requests import asked, person
from tomau.server.schema import errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tomau.server.jobs.models import Job


class JobsView(GenericAPIView[Any]):
    """The jobs of the person who asks."""

    serializer_class = JobSerializer

    def get_throttles(self) -> list[Any]:
        """Count new jobs apart."""
        self.throttle_scope = "colorize" if self.request.method == "POST" else ""
        return list(super().get_throttles())

    @extend_schema(
        operation_id="jobs_list", responses={200: JobSerializer(many=True), **errors(401)}
    )
    def get(self, request: Request) -> Response:
        """List jobs, the newest first."""
        page = self.paginate_queryset(selectors.jobs_of(person(request)))
        return self.get_paginated_response(JobSerializer(page, many=True).data)

    @extend_schema(
        operation_id="jobs_create",
        request=JobCreateSerializer,
        responses={202: JobSerializer, **errors(400, 401, 403, 415, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        """Colour many photographs by the same settings."""
        who = person(request)
        given = asked(JobCreateSerializer, request.data)
        kept = as_json(given.get("settings") or asked(ChoiceSerializer, {}))
        photos = several_of(who, given["photos"], "photos")
        reference_files(who, kept["references"])
        return answer(services.create_job(who, photos, kept))


class JobView(APIView):
    """One job."""

    @extend_schema(operation_id="job_get", responses={200: JobSerializer, **errors(401, 404)})
    def get(self, request: Request, job: UUID) -> Response:
        """Tell how far a job is."""
        return Response(JobSerializer(selectors.job_of(person(request), job)).data)

    @extend_schema(
        operation_id="job_delete",
        responses={204: OpenApiResponse(description="deleted"), **errors(401, 403, 404, 409)},
    )
    def delete(self, request: Request, job: UUID) -> Response:
        """Delete a job that is over; a film goes with it, versions of photographs stay."""
        services.delete_job(selectors.job_of(person(request), job))
        return Response(status=204)


class _ChangeView(APIView):
    """Changes the state of a job."""

    service: Callable[[Job], Job]

    def _changed(self, request: Request, job: UUID) -> Response:
        found = selectors.job_of(person(request), job)
        return Response(JobSerializer(type(self).service(found)).data)


_CHANGED: dict[Any, Any] = {200: JobSerializer, **errors(401, 403, 404, 409)}


class PauseView(_ChangeView):
    """Pauses a job."""

    service = staticmethod(services.pause)

    @extend_schema(operation_id="job_pause", request=None, responses=_CHANGED)
    def post(self, request: Request, job: UUID) -> Response:
        """Let a job rest after the photograph that is in work."""
        return self._changed(request, job)


class ResumeView(_ChangeView):
    """Goes on with a job."""

    service = staticmethod(services.resume)

    @extend_schema(operation_id="job_resume", request=None, responses=_CHANGED)
    def post(self, request: Request, job: UUID) -> Response:
        """Go on with a job that rests."""
        return self._changed(request, job)


class CancelView(_ChangeView):
    """Cancels a job."""

    service = staticmethod(services.cancel)

    @extend_schema(operation_id="job_cancel", request=None, responses=_CHANGED)
    def post(self, request: Request, job: UUID) -> Response:
        """End a job after the photograph that is in work; what is done stays."""
        return self._changed(request, job)


class ZipView(APIView):
    """A job's results."""

    @extend_schema(
        operation_id="job_zip",
        responses={(200, "application/zip"): OpenApiTypes.BINARY, **errors(401, 404, 409)},
    )
    def get(self, request: Request, job: UUID) -> StreamingHttpResponse:
        """Download the finished results as a zip."""
        entries = zip_entries(selectors.job_of(person(request), job))
        if not entries:
            raise ApiError(409, "nothing_finished", "no photograph of the job is finished yet")
        answer = StreamingHttpResponse(zipped(entries), content_type="application/zip")
        answer["Content-Disposition"] = 'attachment; filename="tomau.zip"'
        answer["Cache-Control"] = "no-store"
        return answer


def answer(job: Job) -> Response:
    """Answer 202 with a job and where to ask for it."""
    headers = {"Location": f"/api/v1/jobs/{job.id}"}
    return Response(JobSerializer(job).data, status=202, headers=headers)
