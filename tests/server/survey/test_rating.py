from __future__ import annotations

import io
import uuid

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from tests.server.survey.conftest import made_entries, rate, vote
from tomau.server.survey.models import Rater, Vote


def test_a_rater_sees_every_picture_once_votes_and_changes_a_vote(make_survey, new_rater) -> None:
    survey, rater = make_survey(photos=3), new_rater()
    asked = rate(rater, survey)
    assert (asked["total"], asked["done"], asked["mode"]) == (6, 0, "rating")
    assert [item["position"] for item in asked["items"]] == [1, 2, 3, 4, 5, 6]
    assert len({item["id"] for item in asked["items"]}) == 6
    first = asked["items"][0]
    assert vote(rater, survey, first, 2).json() == {"done": 1, "total": 6}
    assert vote(rater, survey, first, 5).json() == {"done": 1, "total": 6}
    assert list(Vote.objects.values_list("value", flat=True)) == [5]


def test_a_rater_comes_back_to_the_same_order_and_answers(make_survey, new_rater) -> None:
    survey, rater = make_survey(photos=8), new_rater()
    before = rate(rater, survey)
    vote(rater, survey, before["items"][3], 4)
    after = rate(rater, survey)
    assert [item["id"] for item in after["items"]] == [item["id"] for item in before["items"]]
    assert [item["vote"] for item in after["items"]] == [None] * 3 + [4] + [None] * 12
    assert after["done"] == 1


def test_raters_have_orders_of_their_own(make_survey, new_rater) -> None:
    survey = make_survey(photos=8)
    orders = {tuple(i["id"] for i in rate(new_rater(), survey)["items"]) for _ in range(6)}
    assert len(orders) == 6


def test_pictures_are_shown_and_tell_nothing(make_survey, new_rater) -> None:
    survey, rater = make_survey(photos=1, models=("secret-model",), truths=1), new_rater()
    answer = rater.get(f"/api/v1/surveys/{survey.slug}/rate")
    for word in ("secret-model", "photo 0", "truth"):
        assert word not in answer.content.decode()
    for item in answer.json()["items"]:
        picture = rater.get(item["picture"])
        assert picture["Content-Type"] == "image/jpeg"
        image = Image.open(io.BytesIO(picture.content))
        assert image.size == (32, 24)
        assert not image.getexif()


def test_a_vote_needs_the_cookie_that_the_survey_sets(make_survey, new_rater) -> None:
    survey, rater = make_survey(), new_rater()
    item = rate(rater, survey)["items"][0]
    answer = vote(new_rater(), survey, item, 3)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "no_rater"
    forged = new_rater()
    forged.cookies["tomau_rater"] = f"{uuid.uuid4()}:1aaaaa:forged"
    assert vote(forged, survey, item, 3).status_code == 400
    assert not Vote.objects.exists()


def test_a_page_of_another_site_cannot_vote(make_survey) -> None:
    from rest_framework.test import APIClient

    survey, rater = make_survey(), APIClient(enforce_csrf_checks=True)
    item = rate(rater, survey)["items"][0]
    answer = vote(rater, survey, item, 3)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf_failed")
    token = rater.get("/api/v1/session").cookies["csrftoken"].value
    url = f"/api/v1/surveys/{survey.slug}/rate/{item['id']}"
    assert rater.put(url, {"vote": 3}, headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.parametrize(
    "answer",
    [{}, {"vote": 0}, {"vote": 6}, {"vote": "x"}, {"vote": None}, {"choice": "left"},
     {"choice": "up"}, {"vote": 3, "choice": "left"}, [], "vote"],
)  # fmt: skip
def test_what_is_no_vote_is_refused(answer, make_survey, new_rater) -> None:
    survey, rater = make_survey(), new_rater()
    item = rate(rater, survey)["items"][0]
    url = f"/api/v1/surveys/{survey.slug}/rate/{item['id']}"
    response = rater.put(url, answer)
    assert response.status_code == 400
    assert response.json()["error"]["message"]
    assert not Rater.objects.exists()


def test_what_is_not_there_is_not_found(make_survey, new_rater) -> None:
    survey, other, rater = make_survey(), make_survey(), new_rater()
    item = rate(rater, other)["items"][0]
    assert vote(rater, survey, item, 3).status_code == 404
    assert vote(rater, survey, {"id": uuid.uuid4()}, 3).status_code == 404
    assert rater.get("/api/v1/surveys/none/rate").status_code == 404
    assert rater.get(item["picture"].replace("picture.jpg", "first.jpg")).status_code == 404
    assert rater.get(item["picture"].replace("picture.jpg", "third.jpg")).status_code == 404


def test_the_database_itself_refuses_a_second_vote_and_one_off_the_scale(
    make_survey, new_rater
) -> None:
    survey, rater = make_survey(), new_rater()
    vote(rater, survey, rate(rater, survey)["items"][0], 3)
    first = Vote.objects.get()
    free = survey.items.exclude(id=first.item_id).first()
    for item, value in ((first.item, 4), (free, 6), (free, 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Vote.objects.create(rater=first.rater, item=item, value=value)
    Vote.objects.create(rater=first.rater, item=free, value=5)


def test_choices_between_two_are_kept_whatever_side_they_stood_on(make_survey, new_rater) -> None:
    survey = make_survey(photos=6, mode="pairwise")
    sides = set()
    for _ in range(4):
        rater = new_rater()
        asked = rate(rater, survey)
        assert asked["total"] == 6
        for item in asked["items"]:
            side = "left" if item["left"].endswith("/first.jpg") else "right"
            sides.add(side)
            assert rater.get(item["left"]).status_code == 200
            assert vote(rater, survey, item, side).status_code == 200
        again = rate(rater, survey)
        assert again["done"] == 6
        assert {item["vote"] for item in again["items"]} <= {"left", "right"}
    assert sides == {"left", "right"}
    assert set(Vote.objects.values_list("value", flat=True)) == {1}
    assert set(Vote.objects.values_list("side", flat=True)) == {"left", "right"}
    item = rate(new_rater(), survey)["items"][0]
    assert vote(rater, survey, item, 3).status_code == 400


@pytest.mark.usefixtures("db")
def test_pairs_need_two_pictures_of_one_photograph() -> None:
    from tomau.errors import UsageError
    from tomau.server.survey.services import create_survey

    with pytest.raises(UsageError, match="at least one photograph with two pictures"):
        create_survey(made_entries(3, ("a",)), title="t", mode="pairwise")


def test_repeats_are_drawn_from_results_and_shown_apart(make_survey, new_rater) -> None:
    survey = make_survey(photos=6, truths=3, repeats=3)
    again = {item.id: item.repeats_id for item in survey.items.exclude(repeats=None)}
    assert len(again) == 3
    kinds = survey.items.exclude(repeats=None).values_list("picture__kind", flat=True)
    assert set(kinds) == {"result"}
    for _ in range(5):
        asked = rate(new_rater(), survey)
        assert asked["total"] == 2 * 6 + 3 + 3
        places = {uuid.UUID(item["id"]): item["position"] for item in asked["items"]}
        for one, other in again.items():
            assert abs(places[one] - places[other]) > 6
