from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from schemathesis.checks import not_a_server_error

from tomau.server.accounts.management.commands.schema import openapi_document

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from tests.server.conftest import MakeVersion
    from tomau.server.accounts.models import User

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_document_is_the_servers() -> None:
    """Else: python -m tomau.server schema > docs/openapi.json, and build the page anew."""
    assert DOCUMENT.read_text(encoding="utf-8") == openapi_document()


def test_every_operation_has_a_name_and_its_errors() -> None:
    paths: dict[str, Any] = json.loads(openapi_document())["paths"]
    operations = [one for methods in paths.values() for one in methods.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    for one in operations:
        answers = one["responses"]
        assert any(status.startswith("4") for status in answers) or one["operationId"] in (
            "session_get",
        ), one["operationId"]


def test_the_document_and_its_pages_are_served(client: APIClient) -> None:
    answer = client.get("/api/schema")
    assert answer.status_code == 200
    assert b"openapi: 3" in answer.content
    docs = client.get("/api/docs")
    assert docs.status_code == 200
    html = docs.content.decode()
    assert "https://" not in html
    assert "<style>" not in html
    nonce = html.split('<style nonce="')[1].split('"')[0]
    assert f"'nonce-{nonce}'" in docs.headers["Content-Security-Policy"]
    for address in html.split('src="')[1:]:
        asset = client.get(address.split('"')[0])
        assert asset.status_code == 200, address
        asset.close()


schema = schemathesis.openapi.from_dict(json.loads(openapi_document()))


@pytest.fixture
def things(make_version: MakeVersion, local: User) -> dict[str, str]:
    """One photograph, version, job and survey, so that some calls go deep."""
    from tests.server.survey.conftest import made_entries
    from tomau.server.jobs.services import create_job
    from tomau.server.survey.services import create_survey

    version = make_version(local)
    job = create_job(local, [version.photo], version.settings)
    survey = create_survey(made_entries(1, ("a",)), owner=local, title="asked")
    ids = {"photo": str(version.photo_id), "version": str(version.id), "job": str(job.id)}
    item = str(survey.items.get().id)
    return ids | {"slug": survey.slug, "item": item, "name": "picture"}


def _application(environ: Any, start_response: Any) -> list[bytes]:
    """The server, whose answers are closed whether or not the client does it."""
    answer = WSGIHandler()(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


@schema.parametrize()
@hypothesis.settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_nothing_that_is_sent_ends_in_an_error_of_ours(
    case: schemathesis.Case, things: dict[str, str]
) -> None:
    """Half of the calls are for things that are there."""
    if len(str(case.path_parameters)) % 2:
        case.path_parameters = {name: things[name] for name in case.path_parameters or {}}
    if case.method == "DELETE" and case.path_parameters:
        case.path_parameters = dict.fromkeys(case.path_parameters, str(UUID(int=1)))
    answer = case.call(app=_application, base_url="http://localhost")
    case.validate_response(answer, checks=(not_a_server_error,))
    if answer.status_code >= 400:
        error = json.loads(answer.content)["error"]
        assert error["code"]
        assert error["message"]
