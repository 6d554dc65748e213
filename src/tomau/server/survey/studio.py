"""Surveys of this computer's studio for the command line: open, make, keep, list, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from tomau.errors import UsageError
from tomau.server.launch import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomau.evaluation.survey import Survey as Ballots
    from tomau.evaluation.survey.entries import Entry


class Studio:
    """The surveys of the data folder, or database, that the environment names."""

    def __init__(self) -> None:
        """Open it, and make it where there is none yet.

        Raises:
            UsageError: the data folder or the database cannot be used.
        """
        options = prepare()
        host = f"[{options.host}]" if ":" in options.host else options.host
        self._address = options.public_url.rstrip("/") or f"http://{host}:{options.port}"

    def surveys(self) -> list[dict[str, Any]]:
        """All surveys, the newest first: slug, title, mode, numbers, link."""
        from tomau.server.survey.selectors import all_surveys
        from tomau.server.survey.serializers import SurveySerializer

        facts = [dict(SurveySerializer(survey).data) for survey in all_surveys()]
        return [one | {"link": None if one["closed"] else self.link(one["slug"])} for one in facts]

    def ballots(self, slug: str) -> Ballots:
        """All votes of one survey.

        Raises:
            UsageError: there is no such survey.
        """
        from tomau.server.errors import ApiError
        from tomau.server.survey import selectors

        try:
            return selectors.ballots(selectors.find_survey(slug))
        except ApiError as error:
            raise UsageError(
                f"{slug} is no file and no survey of this computer's studio; expected one of the "
                "two: see tomau survey list"
            ) from error

    def create(
        self,
        entries: Sequence[Entry],
        *,
        title: str,
        question: str,
        mode: Literal["rating", "pairwise"],
        repeats: int,
    ) -> str:
        """Make a survey and return its slug.

        Raises:
            UsageError: these pictures make no such survey.
            TomauError: a picture cannot be read.
        """
        from tomau.server.survey.services import create_survey

        made = create_survey(entries, title=title, question=question, mode=mode, repeats=repeats)
        return str(made.slug)

    def keep(self, ballots: Ballots, *, title: str = "") -> str:
        """Keep a survey that was taken elsewhere and return its slug.

        Raises:
            DataError: its parts do not fit together.
        """
        from tomau.server.survey.importing import import_survey

        return str(import_survey(ballots, title=title).slug)

    def link(self, slug: str) -> str:
        """Address at which people answer."""
        return f"{self._address}/s/{slug}"
