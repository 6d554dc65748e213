"""Fixtures of the tests in a browser: servers, the browser, one person's visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import studio as studios
from tests.runtime.conftest import write_hinting_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, Playwright

    from tests.browser.studio import Studio

_HERE = "tests/browser/"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that the page was not tested in a browser, and why."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if report.nodeid.startswith(_HERE)
    ]
    if skipped:
        terminalreporter.section("THE PAGE WAS NOT TESTED IN A BROWSER", yellow=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests skipped: {studios.what_is_missing()}")


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright, ended before the tests of other folders: its event loop is not for them."""
    missing = studios.what_is_missing()
    if missing:
        pytest.skip(missing)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = studios.launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def studio(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A server for one person, with the model of the package and one that takes hints."""
    del playwright  # what it lacks is told before a server is started
    folder = tmp_path_factory.mktemp("studio")
    write_hinting_model(folder / "models" / "painter")
    with studios.serving(folder / "home", models=folder / "models") as running:
        yield running


@pytest.fixture(scope="package")
def house(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A server of several people: anna, who is staff, and ben."""
    del playwright
    home = tmp_path_factory.mktemp("house") / "home"
    with studios.serving(home, "--multi-user", "--workers", "0") as running:
        running.add_user("anna", staff=True)
        running.add_user("ben")
        yield running


@pytest.fixture
def visit(browser: Browser, studio: Studio) -> Iterator[BrowserContext]:
    """A new visitor of the server for one person."""
    with studios.visiting(browser, studio) as context:
        yield context


@pytest.fixture
def page(visit: BrowserContext) -> Page:
    """A page of a new visitor."""
    return visit.new_page()


@pytest.fixture
def api(playwright: Playwright, studio: Studio) -> Iterator[APIRequestContext]:
    """The API, with no photograph, job or survey at the start."""
    context = studio.api(playwright)
    for photo in context.get("/api/v1/photos?limit=500").json()["results"]:
        context.delete(f"/api/v1/photos/{photo['id']}")
    for survey in context.get("/api/v1/surveys?limit=500").json()["results"]:
        context.delete(f"/api/v1/surveys/{survey['slug']}")
    yield context
    context.dispose()
