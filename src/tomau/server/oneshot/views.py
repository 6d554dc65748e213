"""``/api/v1/colorize``, ``/api/v1/suggest``, ``/api/v1/models``, and the study's ``/main/``."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tomau.server import answers, catalog
from tomau.server.jobs.models import Job
from tomau.server.jobs.serializers import JobSerializer
from tomau.server.jobs.views import answer
from tomau.server.media import media_type
from tomau.server.oneshot import services
from tomau.server.oneshot.serializers import (
    ImageSerializer,
    ModelSerializer,
    OneShotSerializer,
    SuggestSerializer,
)
from tomau.server.photos.serializers import SuggestionSerializer, suggestion_json
from tomau.server.requests import asked, person
from tomau.server.schema import errors


class ColorizeView(answers.PassingView):
    """A picture in, the same in colour out."""

    parser_classes = (MultiPartParser,)
    throttle_scope = "colorize"

    @extend_schema(
        operation_id="colorize",
        request={"multipart/form-data": OneShotSerializer},
        responses={
            (200, "image/*"): OpenApiTypes.BINARY,
            202: JobSerializer,
            **errors(400, 401, 403, 409, 413, 415, 429, 501, 503, 507),
        },
    )
    def post(self, request: Request) -> HttpResponse | Response:
        """Colour a picture; nothing is kept, but of a large one, which becomes a job (202)."""
        given = asked(OneShotSerializer, request.data)
        result = services.color(person(request), given)
        if isinstance(result, Job):
            return answer(result)
        return answers.passing(result.content, media_type(result.format))


class MainView(answers.PassingView):
    """The address of the study's page."""

    parser_classes = (MultiPartParser,)
    throttle_scope = "colorize"

    @extend_schema(
        operation_id="main",
        request={"multipart/form-data": ImageSerializer},
        responses={
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            **errors(400, 401, 403, 413, 415, 429, 503, 507),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Colour a picture by the default model and answer a JPEG."""
        upload = asked(ImageSerializer, request.data)["image"]
        return answers.passing(services.color_as_jpeg(upload), "image/jpeg")


class SuggestView(APIView):
    """Colours that a place may have."""

    parser_classes = (MultiPartParser,)
    throttle_scope = "preview"

    @extend_schema(
        operation_id="suggest",
        request={"multipart/form-data": SuggestSerializer},
        responses={
            200: SuggestionSerializer,
            **errors(400, 401, 403, 413, 415, 429, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Name plausible colours of a place in a picture, the likeliest first."""
        return Response(suggestion_json(services.suggest(asked(SuggestSerializer, request.data))))


class ModelsView(APIView):
    """The models that can be chosen."""

    @extend_schema(
        operation_id="models_list", responses={200: ModelSerializer(many=True), **errors(401)}
    )
    def get(self, request: Request) -> Response:
        """List models, the default first."""
        del request
        listed = [asdict(model) for model in catalog.models()]
        return Response(ModelSerializer(listed, many=True).data)
