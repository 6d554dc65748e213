"""All that a survey says, as numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tomau.errors import DataError
from tomau.evaluation.survey.agreement import alpha_interval, krippendorff_alpha
from tomau.evaluation.survey.bradley_terry import PAIRWISE_REMARK, Strength, strengths
from tomau.evaluation.survey.comparisons import COMPARISON_REMARK, Comparison, compare_models
from tomau.evaluation.survey.honesty import (
    CHOICE_HONESTY_REMARK,
    HONESTY_REMARK,
    Honesty,
    choice_honesty,
    rating_honesty,
)
from tomau.evaluation.survey.opinion import (
    COUNTS_REMARK,
    PICTURE_REMARK,
    VOTES_REMARK,
    Opinion,
    overall_opinion,
    picture_opinion,
)

if TYPE_CHECKING:
    from tomau.evaluation.survey.ballots import Choice, Picture, Ratings, Survey

EXTREMES = 3
"""How many pictures are named best, and worst."""


@dataclass(frozen=True)
class PictureResult:
    """One picture and its votes; ``counts`` are those of 1, 2, 3, 4, 5."""

    picture: Picture
    opinion: Opinion
    counts: tuple[int, ...]


@dataclass(frozen=True)
class ModelResult:
    """One model's mean opinion over its pictures."""

    model: str
    opinion: Opinion
    pictures: int


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha with votes as intervals, and as an order; None where nothing tells."""

    interval: float | None
    interval_low: float | None
    interval_high: float | None
    ordinal: float | None


@dataclass(frozen=True)
class SurveyResults:
    """What a survey says.

    Attributes:
        survey: what was asked and answered.
        overall: of results alone: hidden truths and repeats are not in it.
        raters: number of people; None where only counts are known.
        pictures: every picture but the repeats, in the order of the survey.
        best: ids of the results with the highest means, the best first.
        worst: ids of those with the lowest, the worst first.
        agreement: of the raters about results.
        honesty: what hidden truths and repeats say.
        overall_without_doubtful: ``overall`` again without the raters that honesty doubts.
        models: mean opinion of each model that has a name.
        comparisons: model against model.
        pairwise: scores of Bradley and Terry where people chose between two.
        remarks: how the numbers were made.
    """

    survey: Survey
    overall: Opinion
    raters: int | None
    pictures: tuple[PictureResult, ...]
    best: tuple[str, ...]
    worst: tuple[str, ...]
    agreement: Agreement
    honesty: Honesty
    overall_without_doubtful: Opinion | None
    models: tuple[ModelResult, ...]
    comparisons: tuple[Comparison, ...]
    pairwise: tuple[Strength, ...]
    remarks: tuple[str, ...]


def survey_results(survey: Survey) -> SurveyResults:
    """Work out what a survey says.

    Models that people chose between have no scores while some were never compared with the rest;
    a remark says so.
    """
    if survey.ratings is None:
        return _choice_results(survey, survey.choices)
    return _rating_results(survey, survey.ratings)


def results_as_json(results: SurveyResults) -> dict[str, Any]:
    """The results as JSON knows them, with the names of the web interface."""
    overall = results.overall
    return {
        "title": results.survey.title,
        "question": results.survey.question,
        "mode": results.survey.mode,
        "overall": {**asdict(overall), "raters": results.raters},
        "pictures": [_picture_as_json(result) for result in results.pictures],
        "best": list(results.best),
        "worst": list(results.worst),
        "alpha": results.agreement.interval,
        "alpha_low": results.agreement.interval_low,
        "alpha_high": results.agreement.interval_high,
        "alpha_ordinal": results.agreement.ordinal,
        "honesty": _honesty_as_json(results),
        "models": [
            {"model": result.model, "pictures": result.pictures, **asdict(result.opinion)}
            for result in results.models
        ],
        "comparisons": [asdict(comparison) for comparison in results.comparisons],
        "pairwise": [asdict(strength) for strength in results.pairwise],
        "remarks": list(results.remarks),
    }


def _rating_results(survey: Survey, ratings: Ratings) -> SurveyResults:
    shown = [*ratings.places(), *ratings.places(kind="truth")]
    pictures = tuple(
        PictureResult(
            ratings.pictures[place],
            picture_opinion(ratings.counts[place]),
            tuple(int(count) for count in ratings.counts[place]),
        )
        for place in sorted(shown)
    )
    best, worst = _extremes(pictures)
    results = ratings.part(ratings.places())
    honesty = rating_honesty(ratings)
    comparisons = compare_models(ratings)
    return SurveyResults(
        survey,
        overall_opinion(results),
        None if ratings.votes is None else len(ratings.raters),
        pictures,
        best,
        worst,
        _agreement(results),
        honesty,
        overall_opinion(results.without(honesty.doubtful)) if honesty.doubtful else None,
        tuple(
            ModelResult(model, overall_opinion(ratings.part(places)), len(places))
            for model in ratings.models
            for places in [ratings.places(model=model)]
        ),
        comparisons,
        (),
        (
            PICTURE_REMARK,
            COUNTS_REMARK if ratings.votes is None else VOTES_REMARK,
            *([COMPARISON_REMARK] if comparisons else []),
            *([HONESTY_REMARK] if honesty.raters else []),
        ),
    )


def _choice_results(survey: Survey, choices: tuple[Choice, ...]) -> SurveyResults:
    once = [choice for choice in choices if choice.repeats is None]
    remarks = [PAIRWISE_REMARK, CHOICE_HONESTY_REMARK]
    scores: tuple[Strength, ...] = ()
    try:
        scores = strengths(once)
    except DataError as error:
        remarks.insert(0, f"no scores: {error}")
    return SurveyResults(
        survey,
        Opinion(None, None, None, len(once)),
        len({choice.rater for choice in choices}),
        (),
        (),
        (),
        Agreement(None, None, None, None),
        choice_honesty(choices),
        None,
        (),
        (),
        scores,
        tuple(remarks),
    )


def _extremes(pictures: tuple[PictureResult, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the best and worst results; equal means in the order of the survey."""
    rated = [
        (result.opinion.mean, result.picture.id)
        for result in pictures
        if result.picture.kind == "result" and result.opinion.mean is not None
    ]
    best = sorted(rated, key=lambda pair: -pair[0])[:EXTREMES]
    worst = sorted(rated, key=lambda pair: pair[0])[:EXTREMES]
    return tuple(name for _, name in best), tuple(name for _, name in worst)


def _agreement(results: Ratings) -> Agreement:
    low, high = alpha_interval(results.counts) or (None, None)
    return Agreement(
        krippendorff_alpha(results.counts), low, high, krippendorff_alpha(results.counts, "ordinal")
    )


def _picture_as_json(result: PictureResult) -> dict[str, Any]:
    picture = result.picture
    return {
        "id": picture.id,
        "name": picture.name or picture.id,
        "photo": picture.photo,
        "model": picture.model,
        "kind": picture.kind,
        **asdict(result.opinion),
        "counts": list(result.counts),
    }


def _honesty_as_json(results: SurveyResults) -> dict[str, Any]:
    facts = asdict(results.honesty)
    without = results.overall_without_doubtful
    facts["doubtful"] = list(results.honesty.doubtful)
    facts["overall_without_doubtful"] = None if without is None else asdict(without)
    facts["raters"] = [{**record, "doubts": list(record["doubts"])} for record in facts["raters"]]
    return facts
