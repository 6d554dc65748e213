"""Surveys that were taken elsewhere, brought into the database with every vote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from tomau.evaluation.survey import TRUTH_MODEL, iterate_votes
from tomau.server.survey.models import (
    FIRST,
    SECOND,
    Rater,
    Survey,
    SurveyItem,
    SurveyPicture,
    Vote,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tomau.evaluation.survey import Choice, Picture, Ratings
    from tomau.evaluation.survey import Survey as Ballots

BATCH = 500


def import_survey(ballots: Ballots, *, owner: Any = None, title: str = "") -> Survey:
    """Keep a survey that was taken elsewhere, with every vote; it is closed to further ones.

    Raises:
        DataError: its parts do not fit together.
    """
    survey = Survey(
        owner=owner,
        title=(title or ballots.title or "imported")[:500],
        question=ballots.question[:2000],
        mode=ballots.mode,
        closed=True,
        counted_votes=_counted(ballots),
    )
    with transaction.atomic():
        survey.save(force_insert=True)
        if ballots.ratings is None:
            _import_choices(survey, ballots.choices)
        else:
            _import_ratings(survey, ballots.ratings)
    return survey


def _import_ratings(survey: Survey, ratings: Ratings) -> None:
    pictures = [
        _imported_picture(survey, place, picture) for place, picture in enumerate(ratings.pictures)
    ]
    items = {
        picture.id: SurveyItem(survey=survey, place=place, key=picture.id, picture=pictures[place])
        for place, picture in enumerate(ratings.pictures)
    }
    for picture in ratings.pictures:
        if picture.repeats is not None:
            items[picture.id].repeats = items[picture.repeats]
    if ratings.votes is None:
        for item, counts in zip(items.values(), ratings.counts.tolist(), strict=True):
            item.counts = counts
    SurveyPicture.objects.bulk_create(pictures, batch_size=BATCH)
    _create_items(items.values())
    raters = _imported_raters(survey, ratings.raters)
    if ratings.votes is not None:
        Vote.objects.bulk_create(
            [
                Vote(rater=raters[rater], item=items[picture], value=value)
                for rater, picture, value in iterate_votes(ratings)
            ],
            batch_size=BATCH,
        )


def _import_choices(survey: Survey, choices: Sequence[Choice]) -> None:
    pictures: dict[tuple[str, str], SurveyPicture] = {}
    items: dict[str, SurveyItem] = {}
    for choice in choices:
        for model in (choice.first, choice.second):
            if (choice.photo, model) not in pictures:
                pictures[choice.photo, model] = SurveyPicture(
                    survey=survey,
                    place=len(pictures),
                    name=choice.photo,
                    photo=choice.photo,
                    model=model,
                    kind="truth" if model == TRUTH_MODEL else "result",
                )
        for key in (choice.repeats, choice.pair):
            if key is not None and key not in items:
                items[key] = SurveyItem(
                    survey=survey,
                    place=len(items),
                    key=key,
                    picture=pictures[choice.photo, choice.first],
                    other=pictures[choice.photo, choice.second],
                )
        if choice.repeats is not None:
            items[choice.pair].repeats = items[choice.repeats]
    SurveyPicture.objects.bulk_create(pictures.values(), batch_size=BATCH)
    _create_items(items.values())
    raters = _imported_raters(survey, dict.fromkeys(choice.rater for choice in choices))
    Vote.objects.bulk_create(
        [
            Vote(
                rater=raters[choice.rater],
                item=items[choice.pair],
                value=FIRST if choice.chosen == "first" else SECOND,
                side=choice.side or "",
            )
            for choice in choices
        ],
        batch_size=BATCH,
    )


def _create_items(items: Iterable[SurveyItem]) -> None:
    """Write items; those that repeat others come after all others."""
    ordered = sorted(items, key=lambda item: (item.repeats_id is not None, item.place))
    SurveyItem.objects.bulk_create(ordered, batch_size=BATCH)


def _imported_picture(survey: Survey, place: int, picture: Picture) -> SurveyPicture:
    return SurveyPicture(
        survey=survey,
        place=place,
        name=picture.name,
        photo=picture.photo,
        model=picture.model,
        kind=picture.kind,
    )


def _counted(ballots: Ballots) -> int:
    """Number of votes that no rater is known of."""
    ratings = ballots.ratings
    return int(ratings.counts.sum()) if ratings is not None and ratings.votes is None else 0


def _imported_raters(survey: Survey, names: Iterable[str]) -> dict[str, Rater]:
    raters = {name: Rater(survey=survey, key=name) for name in names}
    Rater.objects.bulk_create(raters.values(), batch_size=BATCH)
    return raters
