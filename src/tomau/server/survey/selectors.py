"""What is read of surveys: lists, one rater's view, and the votes as statistics take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tomau.evaluation.survey import (
    Choice,
    Picture,
    ratings_from_counts,
    ratings_from_votes,
    results_as_json,
    survey_results,
)
from tomau.evaluation.survey import Survey as Ballots
from tomau.server.errors import not_found
from tomau.server.survey.models import FIRST, Rater, Survey, SurveyItem, SurveyPicture, Vote
from tomau.server.survey.order import Shown, first_is_left, own_order

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

Named = Literal["id", "key"]
"""How pictures are named: by the id that the interface uses, or by the key of tables."""


PictureName = Literal["picture", "first", "second"]
"""A picture of an item: the only one, or one of two. Neither tells what made it."""


@dataclass(frozen=True)
class Asked:
    """One item as one rater sees it.

    Attributes:
        item: the item.
        position: its place in this rater's order, from 1.
        shown: names of the pictures (see `find_picture`): the one, or the left and the right one.
        vote: 1 to 5, ``left`` or ``right``; None before the rater answers.
    """

    item: SurveyItem
    position: int
    shown: tuple[PictureName, ...]
    vote: int | str | None


def all_surveys() -> QuerySet[Survey]:
    """Every survey, the newest first, with ``rater_count``, ``vote_count`` and ``repeat_count``."""
    return Survey.objects.annotate(
        rater_count=_number(Rater.objects.filter(survey=OuterRef("pk")), "survey"),
        vote_count=F("counted_votes")
        + _number(Vote.objects.filter(item__survey=OuterRef("pk")), "item__survey"),
        repeat_count=_number(
            SurveyItem.objects.filter(survey=OuterRef("pk"), repeats__isnull=False), "survey"
        ),
        item_count=_number(SurveyItem.objects.filter(survey=OuterRef("pk")), "survey"),
    )


def find_survey(slug: str) -> Survey:
    """The survey of a link, without the numbers of `all_surveys`: quick, whatever its votes.

    Raises:
        ApiError: there is none.
    """
    return _found(Survey.objects.filter(slug=slug))


def find_counted_survey(slug: str) -> Survey:
    """The survey of a link, with the numbers of `all_surveys`.

    Raises:
        ApiError: there is none.
    """
    return _found(all_surveys().filter(slug=slug))


def asked_of(survey: Survey, browser: uuid.UUID) -> list[Asked]:
    """Everything that one rater is asked, in the rater's own order, with the answers so far.

    Items whose pictures were deleted are not asked any more.
    """
    items = {item.id: item for item in _items(survey)}
    given = dict(
        Vote.objects.filter(rater__survey=survey, rater__browser=browser).values_list(
            "item_id", "value"
        )
    )
    order = own_order(
        f"{survey.id} {browser}", [Shown(item.id, item.repeats_id) for item in items.values()]
    )
    shown = [items[name] for name in order if _is_there(items[name])]  # type: ignore[index]
    return [
        _asked(item, position, browser, given.get(item.id))
        for position, item in enumerate(shown, start=1)
    ]


def progress(survey: Survey, browser: uuid.UUID) -> tuple[int, int]:
    """How many items one rater has answered, of how many."""
    there = survey.items.filter(picture__is_shown=True).exclude(other__is_shown=False)
    own = Vote.objects.filter(rater__survey=survey, rater__browser=browser)
    return there.filter(id__in=own.values("item_id")).count(), there.count()


def find_picture(survey: Survey, item_id: uuid.UUID, name: PictureName) -> SurveyPicture:
    """A picture of an item that can still be shown.

    Raises:
        ApiError: there is none, or it was deleted.
    """
    items = survey.items.filter(id=item_id, other__isnull=name == "picture")
    item = items.select_related("picture", "other").first()
    picture = None if item is None else (item.other if name == "second" else item.picture)
    if picture is None or not picture.is_shown:
        raise not_found("picture in this survey")
    return picture


def ballots(survey: Survey, named: Named = "key") -> Ballots:
    """All votes of a survey as the statistics take them."""
    items = list(_items(survey))
    names = {item.id: str(item.id) if named == "id" else item.key for item in items}
    votes = Vote.objects.filter(item__survey=survey).order_by("rater__created", "rater_id", "id")
    if survey.mode == Survey.Mode.PAIRWISE:
        rows = votes.values_list("rater__key", "item_id", "value", "side")
        by_id = {item.id: item for item in items}
        choices = tuple(
            _choice(rater, by_id[item], value, side, names) for rater, item, value, side in rows
        )
        return Ballots(survey.title, survey.question, choices=choices)
    pictures = [_picture(item, names, item.key if named == "id" else "") for item in items]
    if items and all(item.counts is not None for item in items):
        ratings = ratings_from_counts(pictures, [item.counts for item in items])
    else:
        cells = votes.values_list("rater__key", "item_id", "value")
        ratings = ratings_from_votes(
            pictures, [(rater, names[item], value) for rater, item, value in cells]
        )
    return Ballots(survey.title, survey.question, ratings)


def results(survey: Survey) -> dict[str, Any]:
    """What a survey says, as JSON; each picture with ``is_shown``, whether it can be looked at."""
    found = results_as_json(survey_results(ballots(survey, "id")))
    there = {str(item.id) for item in _items(survey) if _is_there(item)}
    for picture in found["pictures"]:
        picture["is_shown"] = picture["id"] in there
    return found


def _found(surveys: QuerySet[Survey]) -> Survey:
    survey = surveys.first()
    if survey is None:
        raise not_found("survey")
    return survey


def _items(survey: Survey) -> Sequence[SurveyItem]:
    return list(survey.items.select_related("picture", "other").order_by("place"))


def _is_there(item: SurveyItem) -> bool:
    return item.picture.is_shown and (item.other is None or item.other.is_shown)


def _asked(item: SurveyItem, position: int, browser: uuid.UUID, value: int | None) -> Asked:
    if item.other is None:
        return Asked(item, position, ("picture",), value)
    first_left = first_is_left(str(browser), item.id, item.repeats_id)
    chosen = None if value is None else ("left" if (value == FIRST) == first_left else "right")
    shown: tuple[PictureName, ...] = ("first", "second") if first_left else ("second", "first")
    return Asked(item, position, shown, chosen)


def _picture(item: SurveyItem, names: dict[uuid.UUID, str], unnamed: str) -> Picture:
    picture = item.picture
    return Picture(
        id=names[item.id],
        name=picture.name or unnamed,
        photo=picture.photo,
        model=picture.model,
        kind="truth" if picture.kind == SurveyPicture.Kind.TRUTH else "result",
        repeats=None if item.repeats_id is None else names[item.repeats_id],
    )


def _choice(
    rater: str, item: SurveyItem, value: int, side: str, names: dict[uuid.UUID, str]
) -> Choice:
    if item.other is None:
        raise ValueError(f"item {item.id} of a pairwise survey has one picture")
    return Choice(
        rater=rater,
        pair=names[item.id],
        photo=item.picture.photo,
        first=item.picture.model,
        second=item.other.model,
        chosen="first" if value == FIRST else "second",
        side={"left": "left", "right": "right"}.get(side),  # type: ignore[arg-type]
        repeats=None if item.repeats_id is None else names[item.repeats_id],
    )


def _number(rows: QuerySet[Any], group: str) -> Coalesce:
    counted = rows.order_by().values(group).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
