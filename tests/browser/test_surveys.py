"""A survey from its making to its results, with two raters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.studio import color, payload, upload, visiting

if TYPE_CHECKING:
    from playwright.sync_api import APIRequestContext, Browser, Page, Response

    from tests.browser.studio import Studio

NAMES = ("camel-driver.jpg", "monastery.jpg", "settlers.jpg")


def make_survey(page: Page, title: str, *, pairwise: bool = False) -> str:
    """Make a survey by the page; the link that it shows."""
    page.goto("/surveys")
    page.get_by_role("button", name="New survey").click()
    page.get_by_label("Title").fill(title)
    if pairwise:
        page.get_by_role("radio", name=re.compile("One of two")).check()
        page.get_by_role("button", name="All", exact=True).click()
    page.get_by_role("button", name="Open the survey").click()
    survey = page.get_by_role("listitem").filter(has_text=title)
    link = survey.locator("code").text_content()
    assert link is not None
    return link


def answer(page: Page, key: str) -> None:
    """Press a key, when the page takes one, and wait until the server has the answer."""
    expect(page.locator("button[aria-pressed]").first).to_be_enabled()
    with page.expect_response(_is_vote) as saved:
        page.keyboard.press(key)
    assert saved.value.status == 200


def _is_vote(response: Response) -> bool:
    """Not a picture, whose address is alike."""
    return response.request.method == "PUT"


def step_back(page: Page) -> None:
    """Go back by the key, when the page takes one."""
    expect(page.locator("button[aria-pressed]").first).to_be_enabled()
    page.keyboard.press("Backspace")


def test_two_raters_and_the_results(
    page: Page, browser: Browser, studio: Studio, api: APIRequestContext
) -> None:
    for photo in upload(api, *NAMES):
        color(api, photo)
    link = make_survey(page, "Do they look real?")

    with visiting(browser, studio) as context:
        first = context.new_page()
        first.goto(link)
        expect(first.get_by_role("navigation")).to_have_count(0)
        first.get_by_role("button", name="Begin").click()
        answer(first, "5")
        answer(first, "1")
        step_back(first)
        expect(first.get_by_text("2 / 3")).to_be_visible()
        answer(first, "4")
        # Leaves, and comes back to where it stopped.
        first.goto("about:blank")
        first.goto(link)
        expect(first.get_by_text("3 / 3")).to_be_visible()
        first.get_by_role("button", name=re.compile("^3")).click()
        expect(first.get_by_role("heading", name="Thank you!")).to_be_visible()

    with visiting(browser, studio, viewport={"width": 360, "height": 740}) as context:
        second = context.new_page()
        second.goto(link)
        second.get_by_role("button", name="Begin").click()
        for count in range(3):
            expect(second.get_by_text(f"{count + 1} / 3")).to_be_visible()
            second.get_by_role("button", name=re.compile("^2")).click()
        expect(second.get_by_role("heading", name="Thank you!")).to_be_visible()

    page.goto("/surveys")
    expect(page.get_by_text("2 people · 6 votes")).to_be_visible()
    page.get_by_role("link", name="Results").click()
    expect(page.get_by_role("region", name="All pictures")).to_contain_text("3.00 / 5")
    assert sum(sum(one["counts"]) for one in results(page, link)["pictures"]) == 6
    page.get_by_role("heading", name="All pictures, best first").wait_for()
    for name in NAMES:
        heading = page.get_by_role("heading", name=re.compile(name.split(".")[0]))
        expect(heading.first).to_be_visible()


def results(page: Page, link: str) -> dict[str, list[dict[str, list[int]]]]:
    """What the API says of a survey."""
    slug = link.rsplit("/", 1)[-1]
    found: dict[str, list[dict[str, list[int]]]] = page.request.get(
        f"/api/v1/surveys/{slug}/results"
    ).json()
    return found


def test_one_of_two(page: Page, browser: Browser, studio: Studio, api: APIRequestContext) -> None:
    for photo in upload(api, *NAMES[:2]):
        color(api, photo)
        color(api, photo, model="painter")
    link = make_survey(page, "Which one?", pairwise=True)
    with visiting(browser, studio) as context:
        rater = context.new_page()
        rater.goto(link)
        rater.get_by_role("button", name="Begin").click()
        answer(rater, "ArrowLeft")
        rater.get_by_role("button", name="Right").click()
        expect(rater.get_by_role("heading", name="Thank you!")).to_be_visible()
    page.goto(link.replace("/s/", "/surveys/") + "/results")
    expect(page.get_by_role("heading", name="Which looked more real")).to_be_visible()


def test_votes_are_imported(page: Page, api: APIRequestContext) -> None:
    del api
    table = b"picture,votes_1,votes_2,votes_3,votes_4,votes_5\n01,0,0,0,0,10\n02,10,0,0,0,0\n"
    page.goto("/surveys")
    page.locator("input[type=file]").set_input_files(payload("votes.csv", table, "text/csv"))
    expect(page).to_have_url(re.compile("/surveys/.+/results$"))
    expect(page.get_by_role("region", name="All pictures")).to_contain_text("3.00 / 5")
