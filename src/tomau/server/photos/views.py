"""``/api/v1/photos`` and ``/api/v1/versions``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tomau.server import answers, files, previews
from tomau.server.choices import ChoiceSerializer, as_json
from tomau.server.jobs.serializers import JobSerializer
from tomau.server.jobs.services import create_job, is_large
from tomau.server.jobs.views import answer as job_answer
from tomau.server.media import media_type
from tomau.server.photos import selectors, services
from tomau.server.photos.looks import photo_view, version_view
from tomau.server.photos.serializers import (
    PhotoFilterSerializer,
    PhotoSerializer,
    PictureFilterSerializer,
    PlaceSerializer,
    SideSerializer,
    SuggestionSerializer,
    UploadSerializer,
    VersionSerializer,
    suggestion_json,
)
from tomau.server.requests import asked, person
from tomau.server.schema import PICTURE, errors

if TYPE_CHECKING:
    from uuid import UUID


class PhotosView(GenericAPIView[Any]):
    """The photographs of the person who asks."""

    serializer_class = PhotoSerializer
    parser_classes = (MultiPartParser,)

    def get_throttles(self) -> list[Any]:
        """Count uploads apart."""
        self.throttle_scope = "upload" if self.request.method == "POST" else ""
        return list(super().get_throttles())

    @extend_schema(
        operation_id="photos_list",
        parameters=[PhotoFilterSerializer],
        responses={200: PhotoSerializer(many=True), **errors(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """List photographs, the newest first."""
        wanted = asked(PhotoFilterSerializer, request.query_params)
        found = selectors.photos_of(person(request)).filter(**wanted)
        return self.get_paginated_response(
            PhotoSerializer(self.paginate_queryset(found), many=True).data
        )

    @extend_schema(
        operation_id="photos_upload",
        request={"multipart/form-data": UploadSerializer},
        responses={201: PhotoSerializer, **errors(400, 401, 403, 409, 413, 415, 429, 503, 507)},
    )
    def post(self, request: Request) -> Response:
        """Upload one picture; what it is tells its content, not its name."""
        given = asked(UploadSerializer, request.data)
        content = services.read_upload(given["file"])
        photo = services.add_photo(
            person(request), given["file"].name or "", content, kind=given["kind"]
        )
        return Response(PhotoSerializer(photo).data, status=201)


class PhotoView(APIView):
    """One photograph."""

    @extend_schema(operation_id="photo_get", responses={200: PhotoSerializer, **errors(401, 404)})
    def get(self, request: Request, photo: UUID) -> Response:
        """Tell all of a photograph and its versions."""
        return Response(PhotoSerializer(selectors.photo_of(person(request), photo)).data)

    @extend_schema(
        operation_id="photo_delete",
        responses={204: OpenApiResponse(description="deleted"), **errors(401, 403, 404)},
    )
    def delete(self, request: Request, photo: UUID) -> Response:
        """Delete a photograph with its versions and all files."""
        services.delete_photo(selectors.photo_of(person(request), photo))
        return Response(status=204)


class OriginalView(APIView):
    """The file as it was uploaded."""

    @extend_schema(
        operation_id="photo_original",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **errors(401, 404)},
    )
    def get(self, request: Request, photo: UUID) -> FileResponse:
        """Download the upload, byte for byte."""
        found = selectors.photo_of(person(request), photo)
        kind = media_type(found.format)
        return answers.attachment(files.original(found.id), found.name, kind)


class LookView(answers.PassingView):
    """A photograph for looking at."""

    @extend_schema(
        operation_id="photo_view",
        parameters=[SideSerializer],
        responses={**PICTURE, **errors(400, 401, 404, 503)},
    )
    def get(self, request: Request, photo: UUID) -> HttpResponse:
        """Show a photograph upright in its own tones, as JPEG or WebP."""
        side = asked(SideSerializer, request.query_params)["side"]
        found = selectors.photo_of(person(request), photo)
        return answers.look(photo_view(found, side))


class PreviewView(answers.PassingView):
    """A photograph in colour, small and at once."""

    throttle_scope = "preview"

    @extend_schema(
        operation_id="photo_preview",
        request=ChoiceSerializer,
        responses={
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            **errors(400, 401, 403, 404, 415, 429, 503),
        },
    )
    def post(self, request: Request, photo: UUID) -> HttpResponse:
        """Show what settings make of a photograph: JPEG, long side at most 1024."""
        found = selectors.photo_of(person(request), photo)
        kept = as_json(asked(ChoiceSerializer, request.data))
        references = selectors.reference_files(person(request), kept["references"])
        choice = services.choice_of(kept, references=references)
        content = previews.preview(found.id, lambda: services.original_of(found), choice)
        return answers.passing(content, "image/jpeg")


class SuggestView(APIView):
    """Colours that a place may have."""

    throttle_scope = "preview"

    @extend_schema(
        operation_id="photo_suggest",
        parameters=[PlaceSerializer],
        responses={200: SuggestionSerializer, **errors(400, 401, 404, 429, 503)},
    )
    def get(self, request: Request, photo: UUID) -> Response:
        """Name plausible colours of a place, the likeliest first."""
        found = selectors.photo_of(person(request), photo)
        place = asked(PlaceSerializer, request.query_params)
        colors = previews.suggestions(found.id, lambda: services.original_of(found), **place)
        return Response(suggestion_json(colors))


class VersionsView(GenericAPIView[Any]):
    """The coloured versions of a photograph."""

    serializer_class = VersionSerializer

    def get_throttles(self) -> list[Any]:
        """Count colouring apart."""
        self.throttle_scope = "colorize" if self.request.method == "POST" else ""
        return list(super().get_throttles())

    @extend_schema(
        operation_id="versions_list",
        responses={200: VersionSerializer(many=True), **errors(401, 404)},
    )
    def get(self, request: Request, photo: UUID) -> Response:
        """List versions, the oldest first."""
        found = selectors.photo_of(person(request), photo)
        page = self.paginate_queryset(found.versions.all())
        return self.get_paginated_response(VersionSerializer(page, many=True).data)

    @extend_schema(
        operation_id="versions_create",
        request=ChoiceSerializer,
        responses={
            201: VersionSerializer,
            202: JobSerializer,
            **errors(400, 401, 403, 404, 415, 429, 503, 507),
        },
    )
    def post(self, request: Request, photo: UUID) -> Response:
        """Colour a photograph and keep the result; a large one becomes a job (202)."""
        who = person(request)
        found = selectors.photo_of(who, photo)
        kept = as_json(asked(ChoiceSerializer, request.data))
        references = selectors.reference_files(who, kept["references"])
        if is_large(found):
            return job_answer(create_job(who, [found], kept))
        version = services.color_photo(found, kept, references=references)
        return Response(VersionSerializer(version).data, status=201)


class VersionView(APIView):
    """One version."""

    @extend_schema(
        operation_id="version_delete",
        responses={204: OpenApiResponse(description="deleted"), **errors(401, 403, 404)},
    )
    def delete(self, request: Request, version: UUID) -> Response:
        """Delete a version and its files."""
        services.delete_version(selectors.version_of(person(request), version))
        return Response(status=204)


class PictureView(answers.PassingView):
    """A version's picture."""

    @extend_schema(
        operation_id="version_picture",
        parameters=[PictureFilterSerializer],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            **PICTURE,
            **errors(400, 401, 404, 503),
        },
    )
    def get(self, request: Request, version: UUID) -> HttpResponse | FileResponse:
        """Download the result in the original's format, or look at it (``view``)."""
        side = asked(PictureFilterSerializer, request.query_params).get("view")
        found = selectors.version_of(person(request), version)
        if side is not None:
            return answers.look(version_view(found, side))
        name = selectors.result_name(found.photo.name, found.format)
        kind = media_type(found.format)
        return answers.attachment(files.picture(found.id), name, kind)
