"""A whole survey as one JSON document, and as whatever file somebody has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tomau.errors import DataError
from tomau.evaluation.survey.ballots import (
    Choice,
    Picture,
    Survey,
    distinct_choices,
    ratings_from_counts,
    ratings_from_votes,
)
from tomau.evaluation.survey.tables import (
    MOST_VOTES,
    iterate_votes,
    parse_csv,
)

FORMAT = "tomau-survey-1"

Name = Annotated[str, Field(min_length=1, max_length=500)]
Text = Annotated[str, Field(max_length=2000)]
Count = Annotated[int, Field(strict=True, ge=0, le=MOST_VOTES)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Picture(_Part):
    id: Name
    name: Text = ""
    photo: Text = ""
    model: Text = ""
    kind: Literal["result", "truth"] = "result"
    repeats: Name | None = None
    counts: Annotated[list[Count], Field(min_length=5, max_length=5)] | None = None


class _Vote(_Part):
    rater: Name
    picture: Name
    vote: Annotated[int, Field(strict=True, ge=1, le=5)]


class _Choice(_Part):
    rater: Name
    pair: Name
    photo: Name
    first: Name
    second: Name
    chosen: Literal["first", "second"]
    side: Literal["left", "right"] | None = None
    repeats: Name | None = None


class _Document(_Part):
    format: Literal["tomau-survey-1"]
    title: Text = ""
    question: Text = ""
    pictures: list[_Picture] = []
    votes: list[_Vote] | None = None
    choices: list[_Choice] | None = None


def survey_as_json(survey: Survey) -> dict[str, Any]:
    """The whole survey as a document that `parse_json` reads: pictures and every vote."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "title": survey.title,
        "question": survey.question,
    }
    if survey.ratings is None:
        return document | {"choices": [vars(choice) for choice in survey.choices]}
    pictures = [dict(vars(picture)) for picture in survey.ratings.pictures]
    if survey.ratings.votes is None:
        for picture, counts in zip(pictures, survey.ratings.counts.tolist(), strict=True):
            picture["counts"] = counts
        return document | {"pictures": pictures}
    votes = [
        {"rater": rater, "picture": picture, "vote": vote}
        for rater, picture, vote in iterate_votes(survey.ratings)
    ]
    return document | {"pictures": pictures, "votes": votes}


def parse_json(text: str, name: str) -> Survey:
    """Read a survey from the text of such a document; ``name`` is the file's, for messages.

    Raises:
        DataError: it is no such document, or a part of it is wrong.
    """
    try:
        document = _Document.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        raise DataError(
            f'{name}: {place}: {first["msg"]}; expected a document with "format": "{FORMAT}", '
            "as tomau survey export writes it"
        ) from error
    try:
        return _survey(document, name)
    except DataError as error:
        raise DataError(f"{name}: {error}") from error


def parse_survey(content: bytes, name: str) -> Survey:
    """Read a survey from a file's bytes: JSON if it begins with a brace, else CSV.

    Raises:
        DataError: it is neither.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name} is no text in UTF-8 (byte {error.start}); expected CSV or JSON: "
            "save the table as CSV UTF-8"
        ) from error
    if text.lstrip().startswith("{"):
        return parse_json(text, name)
    return parse_csv(text, name)


def read_survey(path: Path) -> Survey:
    """Read a survey from a file; its title is the file's name where the file says none.

    Raises:
        DataError: the file is missing, cannot be read, or is no survey.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}); expected a CSV or JSON file of votes"
        ) from error
    return parse_survey(content, path.name)


def survey_as_text(survey: Survey) -> str:
    """The JSON document as text."""
    return json.dumps(survey_as_json(survey), ensure_ascii=False, indent=1) + "\n"


def _survey(document: _Document, name: str) -> Survey:
    title, question = document.title or name, document.question
    if document.choices is not None:
        if document.pictures or document.votes:
            raise DataError("choices came together with pictures or votes; expected only one")
        found = (Choice(**dict(choice)) for choice in document.choices)
        return Survey(title, question, choices=distinct_choices(found))
    pictures = [Picture(**_without_counts(picture)) for picture in document.pictures]
    counts = [picture.counts for picture in document.pictures if picture.counts is not None]
    if document.votes is None:
        if len(counts) != len(pictures) or not counts:
            raise DataError(
                f"{len(pictures)} pictures came with {len(counts)} counts and no votes; "
                "expected votes, or counts for every picture"
            )
        return Survey(title, question, ratings_from_counts(pictures, counts))
    if counts:
        raise DataError("both votes and counts came; expected only one of them")
    votes = ((vote.rater, vote.picture, vote.vote) for vote in document.votes)
    return Survey(title, question, ratings_from_votes(pictures, votes))


def _without_counts(picture: _Picture) -> dict[str, Any]:
    return picture.model_dump(exclude={"counts"})
