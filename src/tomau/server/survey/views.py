"""``/api/v1/surveys``: what members of staff do."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tomau.errors import DataError
from tomau.evaluation.survey import (
    parse_survey,
    survey_as_json,
    write_counts_csv,
    write_votes_csv,
)
from tomau.server.errors import ApiError
from tomau.server.requests import asked, person
from tomau.server.schema import errors
from tomau.server.survey import gathering, importing, selectors, services
from tomau.server.survey.models import Survey
from tomau.server.survey.public_views import picture_url
from tomau.server.survey.serializers import (
    ImportSerializer,
    NewSurveySerializer,
    ResultsSerializer,
    SurveySerializer,
)

MOST_BYTES = 50_000_000


class SurveysView(GenericAPIView[Survey]):
    """All surveys."""

    permission_classes = (IsAdminUser,)
    serializer_class = SurveySerializer
    queryset = Survey.objects.none()

    @extend_schema(
        operation_id="surveys_list",
        responses={200: SurveySerializer(many=True), **errors(401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """List all surveys, the newest first."""
        del request
        page = self.paginate_queryset(selectors.all_surveys()) or []
        return self.get_paginated_response(SurveySerializer(page, many=True).data)

    @extend_schema(
        operation_id="survey_create",
        request=NewSurveySerializer,
        responses={201: SurveySerializer, **errors(400, 401, 403, 415, 429, 507)},
    )
    def post(self, request: Request) -> Response:
        """Make a survey of one's own versions; true photographs and repeats may be mixed in."""
        given = asked(NewSurveySerializer, request.data)
        entries = gathering.gather(
            person(request),
            [picture["version"] for picture in given["pictures"]],
            given["truths"],
        )
        survey = services.create_survey(
            entries,
            owner=person(request),
            title=given["title"],
            question=given["question"],
            mode=given["mode"],
            repeats=given["repeats"],
        )
        return _created(survey)


class ImportView(APIView):
    """Surveys that were taken elsewhere."""

    permission_classes = (IsAdminUser,)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="survey_import",
        request=ImportSerializer,
        responses={201: SurveySerializer, **errors(400, 401, 403, 413, 415, 429)},
    )
    def post(self, request: Request) -> Response:
        """Keep the votes of a CSV or JSON file as a survey that is closed to further votes."""
        given = asked(ImportSerializer, request.data)
        file = given["file"]
        if file.size > MOST_BYTES:
            raise ApiError(
                413,
                "too_large",
                f"a table of {file.size:,} bytes came; expected at most {MOST_BYTES:,}",
            )
        try:
            ballots = parse_survey(file.read(), file.name or "the table")
            survey = importing.import_survey(ballots, owner=person(request), title=given["title"])
        except DataError as error:
            raise ApiError(400, "invalid_table", str(error)) from error
        return _created(survey)


class SurveyView(APIView):
    """One survey."""

    permission_classes = (IsAdminUser,)

    @extend_schema(
        operation_id="survey_get",
        responses={200: SurveySerializer, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Tell of a survey."""
        del request
        return Response(SurveySerializer(selectors.find_counted_survey(slug)).data)

    @extend_schema(
        operation_id="survey_delete",
        responses={204: OpenApiResponse(description="deleted"), **errors(401, 403, 404, 429)},
    )
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a survey with its pictures and votes."""
        del request
        services.delete_survey(selectors.find_survey(slug))
        return Response(status=204)


class ResultsView(APIView):
    """What a survey says."""

    permission_classes = (IsAdminUser,)

    @extend_schema(
        operation_id="survey_results",
        responses={200: ResultsSerializer, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Means, intervals, agreement, comparisons, honesty."""
        del request
        found = selectors.results(selectors.find_survey(slug))
        for picture in found["pictures"]:
            picture["url"] = picture_url(slug, picture["id"]) if picture["is_shown"] else None
            picture["model"] = picture["model"] or None
        return Response(ResultsSerializer(found).data)


class ExportCsvView(APIView):
    """All votes as a table."""

    permission_classes = (IsAdminUser,)

    @extend_schema(
        operation_id="survey_export_csv",
        parameters=[
            OpenApiParameter(
                "table",
                str,
                enum=["votes", "counts"],
                description="A line for each vote (the default where they are known), or picture.",
            )
        ],
        responses={(200, "text/csv"): OpenApiTypes.STR, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """CSV that an import reads again."""
        found = selectors.ballots(selectors.find_survey(slug))
        ratings = found.ratings
        counted = ratings is not None and (
            ratings.votes is None or request.query_params.get("table") == "counts"
        )
        text = write_counts_csv(ratings) if counted and ratings else write_votes_csv(found)
        return _file(text, "text/csv; charset=utf-8", f"{slug}.csv")


class ExportJsonView(APIView):
    """All that a survey keeps, as a document."""

    permission_classes = (IsAdminUser,)

    @extend_schema(
        operation_id="survey_export_json",
        responses={200: OpenApiTypes.OBJECT, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """JSON that an import reads again."""
        del request
        document: dict[str, Any] = survey_as_json(selectors.ballots(selectors.find_survey(slug)))
        return Response(
            document, headers={"Content-Disposition": f'attachment; filename="{slug}.json"'}
        )


def _created(survey: Survey) -> Response:
    body = SurveySerializer(selectors.find_counted_survey(survey.slug)).data
    return Response(body, status=201, headers={"Location": f"/api/v1/surveys/{survey.slug}"})


def _file(text: str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
