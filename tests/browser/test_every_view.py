"""Every view in both sizes and both lights: axe-core finds nothing, nothing sticks out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import views
from tests.browser.studio import AXE, visiting

if TYPE_CHECKING:
    from playwright.sync_api import APIRequestContext, Browser, Page, Playwright

    from tests.browser.studio import Studio

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
_RUN = "() => axe.run(document, { resultTypes: ['violations'] })"


def axe(page: Page) -> str:
    """What axe-core has to say about the page as it stands."""
    # Run by the debugger's own door: the server's policy lets no foreign script in.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return views.told(page.evaluate(_RUN)["violations"])


@pytest.mark.parametrize(
    ("size", "scheme", "locale"),
    [
        (DESK, "light", "en-US"),
        (DESK, "dark", "vi-VN"),
        (PHONE, "light", "vi-VN"),
        (PHONE, "dark", "en-US"),
    ],
    ids=["desk-light", "desk-dark", "phone-light", "phone-dark"],
)
def test_every_view_is_open_to_everyone(
    playwright: Playwright, browser: Browser, studio: Studio, api: APIRequestContext,
    size: dict[str, int], scheme: str, locale: str,
) -> None:  # fmt: skip
    album = views.fill(api, "painter")
    for votes in views.VOTES:
        rater = studio.api(playwright)
        views.vote(rater, album.rating, votes)
        rater.dispose()
    found = []
    with visiting(browser, studio, viewport=size, color_scheme=scheme, locale=locale) as context:
        page = context.new_page()
        for name in views.walk(page, album):
            if text := axe(page):
                found.append(f"{name}: {text}")
            if wide := views.overflow(page):
                found.append(f"{name}: {wide} pixels wider than the window")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_empty_studio_is_open_to_everyone(
    browser: Browser, studio: Studio, api: APIRequestContext, size: dict[str, int]
) -> None:
    del api
    with visiting(browser, studio, viewport=size) as context:
        page = context.new_page()
        for address in ("/", "/surveys"):
            page.goto(address)
            expect(page.locator(".large, .empty").first).to_be_visible()
            assert axe(page) == ""
            assert views.overflow(page) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_is_open_to_everyone(browser: Browser, house: Studio, scheme: str) -> None:
    with visiting(browser, house, viewport=PHONE, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("Password").wait_for()
        assert axe(page) == ""
        assert views.overflow(page) == 0
