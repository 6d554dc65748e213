"""What changes surveys: making, answering and deleting them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tomau.evaluation.survey.entries import plan_pairs, plan_rating
from tomau.server import files
from tomau.server.errors import ApiError, not_found
from tomau.server.survey.models import (
    FIRST,
    SECOND,
    Rater,
    Survey,
    SurveyItem,
    SurveyPicture,
    Vote,
)
from tomau.server.survey.order import first_is_left

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from typing import Literal

    from tomau.evaluation.survey.entries import Entry, Question

BATCH = 500
QUESTIONS = {
    "rating": "How real does this picture look, from 1 (very fake) to 5 (very real)?",
    "pairwise": "Which of the two pictures looks more real?",
}
"""What is asked where the survey's maker says nothing else."""


def create_survey(
    entries: Sequence[Entry],
    *,
    owner: Any = None,
    title: str,
    question: str = "",
    mode: Literal["rating", "pairwise"] = "rating",
    repeats: int = 0,
) -> Survey:
    """Make a survey with a copy of each picture; all of it, or nothing.

    ``owner`` is a user, or None. Which pictures are repeated is left to chance.

    Raises:
        UsageError: these pictures make no such survey.
        TomauError: a picture cannot be read.
    """
    plan = plan_pairs if mode == "pairwise" else plan_rating
    questions = plan(entries, repeats, random.SystemRandom())
    survey = Survey(owner=owner, title=title, question=question or QUESTIONS[mode], mode=mode)
    pictures: list[SurveyPicture] = []
    try:
        for place, entry in enumerate(entries):
            pictures.append(_copied(survey, place, entry))
        with transaction.atomic():
            survey.save(force_insert=True)
            SurveyPicture.objects.bulk_create(pictures, batch_size=BATCH)
            SurveyItem.objects.bulk_create(_items(survey, pictures, questions), batch_size=BATCH)
    except BaseException:
        _delete_files(pictures)
        raise
    return survey


def vote(survey: Survey, browser: uuid.UUID, item_id: uuid.UUID, answer: int | str) -> None:
    """Note one rater's answer; a second answer to an item takes the place of the first.

    ``answer`` is 1 to 5 in a rating, ``left`` or ``right`` in a choice between two. The database
    itself allows one vote a rater and item, however many requests come at once.

    Raises:
        ApiError: the survey is closed, has no such item, or is answered otherwise.
    """
    if survey.closed:
        raise ApiError(409, "survey_closed", f"the survey {survey.title!r} is closed to votes")
    item = survey.items.filter(id=item_id).first()
    if item is None:
        raise not_found("picture in this survey")
    value, side = _value(survey, browser, item, answer)
    with transaction.atomic():
        rater, _ = Rater.objects.get_or_create(survey=survey, browser=browser)
        Vote.objects.bulk_create(
            [Vote(rater=rater, item=item, value=value, side=side, changed=timezone.now())],
            update_conflicts=True,
            unique_fields=["rater", "item"],
            update_fields=["value", "side", "changed"],
        )


def delete_survey(survey: Survey) -> None:
    """Delete a survey with its pictures and votes; its files go once the database let go."""
    pictures = list(survey.pictures.filter(is_shown=True))
    with transaction.atomic():
        survey.delete()
    _delete_files(pictures)


def remove_pictures(pictures: Sequence[SurveyPicture]) -> None:
    """Take pictures out of their surveys because what they show was deleted; votes stay."""
    SurveyPicture.objects.filter(pk__in=[one.pk for one in pictures]).update(is_shown=False)
    transaction.on_commit(lambda: _delete_files(pictures))


def _value(
    survey: Survey, browser: uuid.UUID, item: SurveyItem, answer: int | str
) -> tuple[int, str]:
    """What is kept of an answer: its value, and the side of a choice."""
    if survey.mode == Survey.Mode.RATING:
        if not isinstance(answer, int):
            raise ApiError(400, "invalid", "a choice came; expected a vote from 1 to 5")
        return answer, ""
    if not isinstance(answer, str):
        raise ApiError(400, "invalid", "a vote came; expected a choice, left or right")
    left = first_is_left(str(browser), item.id, item.repeats_id)
    return (FIRST if (answer == "left") == left else SECOND), answer


def _copied(survey: Survey, place: int, entry: Entry) -> SurveyPicture:
    picture = SurveyPicture(
        survey=survey,
        place=place,
        name=entry.photo,
        photo=entry.photo,
        model=entry.model,
        kind=entry.kind,
        version=entry.version,
        source=entry.source,
        is_shown=True,
    )
    files.write(files.survey_picture(survey.id, picture.id), entry.read())
    return picture


def _items(
    survey: Survey, pictures: Sequence[SurveyPicture], questions: Sequence[Question]
) -> list[SurveyItem]:
    items: list[SurveyItem] = []
    for place, question in enumerate(questions):
        other, repeats = question.other, question.repeats
        items.append(
            SurveyItem(
                survey=survey,
                place=place,
                key=question.key,
                picture=pictures[question.picture],
                other=None if other is None else pictures[other],
                repeats=None if repeats is None else items[repeats],
            )
        )
    return items


def _delete_files(pictures: Sequence[SurveyPicture]) -> None:
    files.delete(*(files.survey_picture(one.survey_id, one.id) for one in pictures))
