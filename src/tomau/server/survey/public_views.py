"""``/api/v1/surveys/{slug}/rate``: what whoever has the link may do."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tomau.server import files
from tomau.server.accounts.authentication import refuse_forgery
from tomau.server.answers import PassingView
from tomau.server.errors import not_found
from tomau.server.requests import asked
from tomau.server.schema import errors
from tomau.server.survey import rater, selectors, services
from tomau.server.survey.selectors import Asked, PictureName
from tomau.server.survey.serializers import (
    AnswerSerializer,
    ProgressSerializer,
    SurveyRateSerializer,
)

NAMES: tuple[PictureName, ...] = ("picture", "first", "second")


def picture_url(slug: str, item: uuid.UUID | str, name: PictureName = "picture") -> str:
    """Address of a picture; it tells neither model nor photograph."""
    return f"/api/v1/surveys/{slug}/rate/{item}/{name}.jpg"


class RateView(APIView):
    """A survey as one rater sees it."""

    permission_classes = (AllowAny,)
    throttle_classes = (rater.RaterThrottle,)

    @extend_schema(
        operation_id="survey_rate",
        responses={200: SurveyRateSerializer, **errors(404, 429)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """All pictures in this rater's own order, with the answers so far; sets a cookie."""
        survey = selectors.find_survey(slug)
        browser = rater.known_browser(request) or uuid.uuid4()
        items = selectors.asked_of(survey, browser)
        body = {
            "title": survey.title,
            "question": survey.question,
            "mode": survey.mode,
            "total": len(items),
            "done": sum(one.vote is not None for one in items),
            "items": [_item(slug, one) for one in items],
        }
        response = Response(SurveyRateSerializer(body).data, headers={"Cache-Control": "no-store"})
        rater.remember(response, browser)
        return response


class VoteView(APIView):
    """One rater's answer to one picture or pair."""

    permission_classes = (AllowAny,)
    throttle_classes = (rater.RaterThrottle,)

    @extend_schema(
        operation_id="survey_vote",
        request=AnswerSerializer,
        responses={200: ProgressSerializer, **errors(400, 403, 404, 409, 415, 429, 503)},
    )
    def put(self, request: Request, slug: str, item: uuid.UUID) -> Response:
        """Vote; a second vote changes the first."""
        refuse_forgery(request)
        browser = rater.require_browser(request)
        (answer,) = asked(AnswerSerializer, request.data).values()
        survey = selectors.find_survey(slug)
        services.vote(survey, browser, item, answer)
        done, total = selectors.progress(survey, browser)
        return Response(ProgressSerializer({"done": done, "total": total}).data)


class PictureView(PassingView):
    """A picture of a survey."""

    permission_classes = (AllowAny,)
    throttle_classes = (rater.RaterThrottle,)

    @extend_schema(
        operation_id="survey_picture",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=NAMES)],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, **errors(404, 429)},
    )
    def get(self, request: Request, slug: str, item: uuid.UUID, name: str) -> HttpResponse:
        """JPEG, long side at most 1600 pixels, without metadata."""
        del request
        wanted = next((one for one in NAMES if one == name), None)
        if wanted is None:
            raise not_found("picture in this survey")
        survey = selectors.find_survey(slug)
        picture = selectors.find_picture(survey, item, wanted)
        try:
            content = files.read(files.survey_picture(survey.id, picture.id))
        except FileNotFoundError as error:  # deleted since the row was read
            raise not_found("picture in this survey") from error
        headers = {"Cache-Control": "private, max-age=3600"}
        return HttpResponse(content, content_type="image/jpeg", headers=headers)


def _item(slug: str, one: Asked) -> dict[str, Any]:
    urls = [picture_url(slug, one.item.id, name) for name in one.shown]
    sides = ("picture",) if len(urls) == 1 else ("left", "right")
    return {
        "id": one.item.id,
        "position": one.position,
        **dict(zip(sides, urls, strict=True)),
        "vote": one.vote,
    }
