"""Fixtures of surveys: pictures without files or networks, and people who vote."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.server.conftest import jpeg_bytes  # noqa: F401 - its import makes Django ready
from tomau.evaluation.survey.entries import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from rest_framework.test import APIClient


def patch_jpeg(color: tuple[int, int, int]) -> bytes:
    """A small picture of one colour, as a JPEG file's bytes."""
    stream = io.BytesIO()
    Image.new("RGB", (32, 24), color).save(stream, "JPEG")
    return stream.getvalue()


def made_entries(photos: int = 4, models: tuple[str, ...] = ("a", "b"), truths: int = 0):
    """Entries of made pictures: each model's of each photograph, then true ones of the first."""
    names = [f"photo {number}" for number in range(photos)]
    entries = [
        Entry(name, model, partial(patch_jpeg, (40 * place, 90, 30 * len(model))))
        for model in models
        for place, name in enumerate(names)
    ]
    return entries + [
        Entry(name, "truth", partial(patch_jpeg, (9, 9, 9)), kind="truth")
        for name in names[:truths]
    ]


@pytest.fixture
def make_survey(db: None):
    """Makes surveys of made pictures."""
    from tomau.server.survey.services import create_survey

    def make(*, photos: int = 4, models=("a", "b"), truths: int = 0, title="asked", **settings):
        return create_survey(made_entries(photos, models, truths), title=title, **settings)

    return make


@pytest.fixture
def new_rater(db: None):
    """Makes browsers without a cookie."""
    from rest_framework.test import APIClient

    return APIClient


def rate(client: APIClient, survey) -> dict:
    """What a rater is asked."""
    answer = client.get(f"/api/v1/surveys/{survey.slug}/rate")
    assert answer.status_code == 200, answer.content
    return answer.json()


def vote(client: APIClient, survey, item: dict, value: int | str):
    """Answer one item."""
    answer = {"vote": value} if isinstance(value, int) else {"choice": value}
    return client.put(f"/api/v1/surveys/{survey.slug}/rate/{item['id']}", answer)


def survey_command(
    home: Path, *arguments: str | Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run ``tomau survey`` in a process, and on a data folder, of its own."""
    environment = {**os.environ, "TOMAU_HOME": str(home), **variables}
    call = [sys.executable, "-m", "tomau", "survey", *map(str, arguments)]
    return subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
